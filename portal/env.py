"""The environment, typed: each variable is read once, a missing or bad one stops the start and is named.

No value is ever part of a message: it could be a secret.
"""

import base64
import binascii
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_LIMIT = re.compile(r"(?P<what>\w+)=(?P<units>[1-9]\d{0,8})/(?P<seconds>[1-9]\d{0,6})", re.ASCII)
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")


class BadEnvironment(SystemExit):
    """Stops the start with one line that names the variable; no traceback."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"环境变量 {name}: {problem}")


def load_file(path: Path) -> None:
    """Take NAME=value lines from a file, if it is there; what the environment already says wins."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not name.startswith("#"):
            os.environ.setdefault(name.strip(), value.strip())


def text(name: str, default: str | None = None) -> str:
    """A non-empty string."""
    value = os.environ.get(name, "").strip() or default
    if not value:
        raise BadEnvironment(name, "没有设置,请给出它的值。")
    return value


def given(name: str) -> bool:
    """Whether an optional variable has a value."""
    return bool(os.environ.get(name, "").strip())


def secret(name: str, *, at_least: int = 50) -> str:
    """A secret of at least so many characters."""
    value = text(name)
    if len(value) < at_least:
        raise BadEnvironment(name, f"太短,至少需要 {at_least} 个字符。")
    return value


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    """One of a few words."""
    value = text(name, default)
    if value not in allowed:
        raise BadEnvironment(name, f"只能是 {' 或 '.join(allowed)}。")
    return value


def number(name: str, default: int, *, lowest: int, highest: int) -> int:
    """A whole number between two bounds, both included."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not lowest <= int(value) <= highest:
        raise BadEnvironment(name, f"应为 {lowest} 到 {highest} 的整数。")
    return int(value)


def limits(name: str, default: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Some limits instead of the usual ones, as "search=120/60,export=500/3600": units and seconds of each."""
    given = dict(default)
    for part in names(name, ",".join(f"{what}={units}/{seconds}" for what, (units, seconds) in default.items())):
        found = _LIMIT.fullmatch(part)
        if found is None or found["what"] not in default:
            raise BadEnvironment(name, f"应为 名称=数量/秒数,名称只能是 {'、'.join(default)},例如 search=120/60。")
        given[found["what"]] = int(found["units"]), int(found["seconds"])
    return given


def names(name: str, default: str | None = None) -> list[str]:
    """A list of words with commas between them, at least one."""
    found = [word.strip() for word in text(name, default).split(",") if word.strip()]
    if not found:
        raise BadEnvironment(name, "至少需要一个值,用逗号分隔。")
    return found


def origin(name: str, default: str | None = None) -> str:
    """Scheme, host and port that a browser sees, such as https://portal.example.cn, without a path."""
    value = text(name, default)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise BadEnvironment(name, "应为 http(s)://主机名[:端口],不带路径。")
    return value.rstrip("/")


def issuer(name: str) -> str:
    """An OpenID Connect issuer as its discovery names it, https unless on this machine; "" where there is none."""
    if not given(name):
        return ""
    parts = _split_url(name, ("http", "https"))
    if not parts.hostname or (parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1")):
        raise BadEnvironment(name, "应为 https:// 开头的地址。")
    return text(name)


def hex_bytes(name: str, length: int) -> bytes:
    """Exactly `length` bytes, written in hexadecimal."""
    return _unhex(name, text(name), length)


def sealing_keys(name: str) -> dict[int, bytes]:
    """Versioned SM4 keys (16 bytes each) as "1:<32 hex>,2:<32 hex>"; the highest version is the current one."""
    keys: dict[int, bytes] = {}
    for part in names(name):
        version, colon, key = part.partition(":")
        if not colon or not version.isascii() or not version.isdigit() or int(version) in keys:
            raise BadEnvironment(name, "应为 版本号:密钥,版本号不重复,例如 1:<32 位十六进制>。")
        keys[int(version)] = _unhex(name, key, 16)
    return keys


def signing_keys(name: str) -> list[str]:
    """RSA keys as PEM, from base64 of DER with commas between; the first one signs. [] for none."""
    return [_rsa_pem(name, part) for part in names(name)] if given(name) else []


def database(name: str, *, application: str) -> dict[str, Any]:
    """Django's settings of a PostgreSQL URL: postgresql://user:password@host:port/name?sslmode=verify-full.

    For a Unix socket leave the host empty and give its folder: postgresql://user@/name?host=/folder&port=5432.
    """
    parts = _split_url(name, ("postgresql", "postgres"))
    query = dict(parse_qsl(parts.query))
    if not parts.username or len(parts.path) < 2:
        raise BadEnvironment(name, "数据库地址缺少用户名或库名。")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": query.pop("port", None) or str(parts.port or ""),
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": application, "connect_timeout": 5, **query},
    }


def redis_url(name: str) -> str:
    """redis://[:password@]host:port/number, or rediss:// for TLS."""
    parts = _split_url(name, ("redis", "rediss"))
    if not parts.hostname:
        raise BadEnvironment(name, "Redis 地址缺少主机名。")
    return text(name)


def _split_url(name: str, schemes: tuple[str, ...]) -> SplitResult:
    try:
        parts = urlsplit(text(name))
        parts.port  # noqa: B018  (the property raises where the port is no number)
    except ValueError:
        raise BadEnvironment(name, "不是合法的地址。") from None
    if parts.scheme not in schemes:
        raise BadEnvironment(name, f"地址应以 {schemes[0]}:// 开头。")
    return parts


def _unhex(name: str, value: str, length: int) -> bytes:
    if not _HEX.fullmatch(value) or len(value) != 2 * length:
        raise BadEnvironment(name, f"应为 {2 * length} 位十六进制。")
    return bytes.fromhex(value)


def _rsa_pem(name: str, value: str) -> str:
    try:
        key = serialization.load_der_private_key(base64.b64decode(value, validate=True), password=None)
    except (ValueError, TypeError, binascii.Error, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
        raise BadEnvironment(name, "应为 RSA 私钥(2048 位以上,DER 的 base64),多个用逗号分隔,第一个用来签名。")
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem.decode()
