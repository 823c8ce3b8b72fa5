"""Networks (来源地址) that a machine may come from."""

import re
from ipaddress import ip_network

WIDEST = {4: 16, 6: 48}
"""Shortest prefix: what is wider is no machine's address but half a city's."""
MOST = 20


class BadNetwork(ValueError):
    """Its text is a sentence for whoever typed it."""


def read_networks(text: str) -> list[str]:
    """From text with one address or network (CIDR) a line, also split by commas; each once. Raises BadNetwork."""
    found = [_read(word) for word in re.split(r"[\s,,;;]+", text) if word]
    if len(found) > MOST:
        raise BadNetwork(f"最多填写 {MOST} 个来源地址。")
    return list(dict.fromkeys(found))


def _read(word: str) -> str:
    try:
        network = ip_network(word, strict=False)
    except ValueError:
        raise BadNetwork(f"“{word[:50]}”不是 IP 地址或网段,例如 10.1.2.3 或 10.1.2.0/24。") from None
    if network.prefixlen < WIDEST[network.version]:
        raise BadNetwork(f"“{word[:50]}”范围太大,请填写不大于 /{WIDEST[network.version]} 的网段。")
    return str(network)
