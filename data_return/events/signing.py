"""Signature of an event: HMAC-SM3 (GB/T 32905-2016, GB/T 15852.2-2012) over time and body. Pure.

Webhook-Timestamp: 1764300000            seconds since 1970, at most five minutes away from our clock
Webhook-Signature: sm3=<hexadecimal>     over "<timestamp>." and the bytes of the body
"""

from collections.abc import Iterable
from hmac import compare_digest

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

WINDOW = 300
"""Seconds that the sender's clock may be ahead or behind. An event is remembered for longer."""
PREFIX = "sm3="
DIGITS = 12


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """What the header says."""
    mac = HMAC(secret.encode(), SM3())
    mac.update(timestamp.encode() + b"." + body)
    return PREFIX + mac.finalize().hex()


def is_recent(timestamp: str, now: float) -> bool:
    """Whether it is a time, and one inside the window."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= DIGITS):
        return False
    return abs(now - int(timestamp)) <= WINDOW


def is_signed(secrets: Iterable[str], timestamp: str, body: bytes, signature: str) -> bool:
    """Whether one of the secrets made it. Each is tried and compared in constant time."""
    given = signature.encode()
    matches = [compare_digest(sign(secret, timestamp, body).encode(), given) for secret in secrets]
    return any(matches)
