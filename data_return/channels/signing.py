"""Signature of a request to a department's system: HMAC-SM3 (GB/T 32905-2016, GB/T 15852.2-2012). Pure.

X-App-Id: <given by the department>     X-Timestamp: 1764300000 (seconds)     X-Nonce: 32 hexadecimal digits
X-Signature: sm3=<hexadecimal> over five lines: METHOD, path?query, timestamp, nonce, SM3 of the body in hexadecimal
"""

from cryptography.hazmat.primitives.hashes import SM3, Hash
from cryptography.hazmat.primitives.hmac import HMAC

PREFIX = "sm3="


def sign_request(secret: str, *, method: str, target: str, timestamp: str, nonce: str, body: bytes) -> str:
    """What X-Signature says. target: path and query as they are sent."""
    digest = Hash(SM3())
    digest.update(body)
    lines = [method.upper(), target, timestamp, nonce, digest.finalize().hex()]
    mac = HMAC(secret.encode(), SM3())
    mac.update("\n".join(lines).encode())
    return PREFIX + mac.finalize().hex()
