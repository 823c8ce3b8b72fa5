"""Names and addresses of servers as people type them."""

import re
from ipaddress import ip_address

from django.core.exceptions import ValidationError

_LABEL = r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*", re.IGNORECASE | re.ASCII)


def host_name(value: str) -> None:
    """One name or address: no list, no socket, no option of a driver. Raises ValidationError."""
    if _NAME.fullmatch(value):
        return
    try:
        ip_address(value)
    except ValueError:
        raise ValidationError("请填写服务器的名称或地址,不带端口和路径,如 files.mz.example.cn。") from None
