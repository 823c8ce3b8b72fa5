"""Secrets of one machine, made once and kept in a file that only we can read."""

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def make_keys() -> dict[str, str]:
    """A fresh set: Django's key, one SM4 key, the keys of the blind index and of the audit chain, Redis' password, the
    key that signs logins at other systems."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "SEAL_KEYS": f"1:{secrets.token_hex(16)}",
        "BLIND_INDEX_KEY": secrets.token_hex(32),
        "AUDIT_KEY": secrets.token_hex(32),
        "REDIS_PASSWORD": secrets.token_hex(24),
        "SIGN_ON_KEYS": _rsa_key(),
    }


def kept_keys(path: Path) -> dict[str, str]:
    """The keys in a file; made and written first where it is missing, or one of them is: older files know fewer.

    Losing the file means losing every sealed number: it belongs into the backup, apart from the database.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = dict(line.split("=", 1) for line in lines if "=" in line)
    keys = make_keys() | kept
    if keys.keys() != kept.keys():
        write_environment(path, keys)
    return keys


def write_environment(path: Path, values: Mapping[str, str]) -> None:
    """NAME=value lines, mode 600 from the first byte, whole or not at all."""
    half = path.with_name(path.name + ".new")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    half.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    half.replace(path)


def _rsa_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return base64.b64encode(der).decode()
