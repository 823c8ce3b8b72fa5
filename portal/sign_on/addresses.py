"""Which addresses of a system are taken: whole, exact, and over TLS unless the deployment names a plain host."""

from urllib.parse import urlsplit

from accounts.outbound import is_listed

LONGEST = 500
BAD = (
    "地址应以 https:// 开头,完整写出主机和路径,不带 #、* 和空格。"
    "没有 https 的内网地址须由系统管理员列入 OUTBOUND_HOSTS。"
)


def is_fit(url: str) -> bool:
    """An absolute web address without user, fragment, wildcard, blank or control character, as it will be compared."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and not any(sign in url for sign in " #*\\<>\"'")
    if not plain or len(url) > LONGEST or not host or parts.username is not None or ".." in parts.path:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_listed(url))


def address_within(home_url: str, path: str) -> str:
    """A page of the system at home_url: scheme and host stay as registered. Its home where the path is no fit one."""
    home = urlsplit(home_url)
    page = urlsplit(f"{home.scheme}://{home.netloc}{path}")
    same = page.netloc == home.netloc and path.startswith("/")
    return page.geturl() if same and is_fit(page.geturl()) else home_url
