"""One-time passwords (初始密码) and release codes (放行码): made at random, shown once, kept as fingerprints only."""

import secrets

from django.utils.crypto import constant_time_compare, salted_hmac

DIGITS, LOWER, UPPER = "23456789", "abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0 and o, 1, i and l: people read it from paper."""
ALPHABET = DIGITS + LOWER
GROUPS, GROUP = 3, 4
_SALT = "accounts.release_code"


def make_one_time_password() -> str:
    """Abcd-efgh-jkm4: 57 bits, with a capital, a small letter, a digit and a sign, as password profiles ask."""
    text = (
        secrets.choice(UPPER) + secrets.choice(ALPHABET[8:]) + _random(GROUP * GROUPS - 3) + secrets.choice("23456789")
    )
    return _grouped(text)


def make_release_code() -> str:
    """abcd-efgh-jkmn: 59 bits."""
    return _grouped(_random(GROUP * GROUPS))


def fingerprint(code: str) -> str:
    """What is kept of a release code: HMAC-SHA256 under the secret key, 64 hex characters."""
    return salted_hmac(_SALT, plain(code), algorithm="sha256").hexdigest()


def fits(code: str, kept: str) -> bool:
    """Whether a typed code is the one whose fingerprint is kept; never where none is kept."""
    return bool(kept) and constant_time_compare(fingerprint(code), kept)


def plain(code: str) -> str:
    """As typed, without what people add: blanks, hyphens, capitals."""
    return "".join(character for character in code.lower() if character.isalnum())


def _random(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


def _grouped(text: str) -> str:
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))
