"""Area codes as other systems know them."""


def official(code: int) -> str:
    """12 digits; 18 below a community."""
    return f"{code:018d}" if code % 10**6 else f"{code // 10**6:012d}"
