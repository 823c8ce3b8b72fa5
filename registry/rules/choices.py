"""Yes/no and code-list values."""

from collections.abc import Callable, Mapping

from rapidfuzz import process

from .refusals import ValueRefused
from .text import as_text, compact

YES = frozenset({"是", "有", "对", "√", "✓", "✔", "☑", "v", "y", "yes", "true", "t", "1", "已", "属于"})
NO = frozenset({"否", "无", "没有", "不是", "错", "×", "✗", "✘", "x", "n", "no", "false", "f", "0", "未", "不属于"})


def parse_boolean(raw: object) -> bool:
    """是/有/√/1 or 否/无/×/0. Raises ValueRefused("not_yes_no")."""
    if isinstance(raw, bool):
        return raw
    text = compact(as_text(raw)).lower()
    if text in YES:
        return True
    if text in NO:
        return False
    raise ValueRefused("not_yes_no", "请填写“是”或“否”。")


def code_parser(codes: Mapping[str, str]) -> Callable[[object], str]:
    """Reader of one code list.

    codes: each accepted spelling (code, name, synonym) -> stored code. Spaces, width and letter case do not
    matter, and a code that Excel turned into a number gets its leading zeros back.
    """
    known = {_key(spelling): code for spelling, code in codes.items()}
    known |= {_key(code): code for code in codes.values()}
    width = max((len(code) for code in codes.values() if code.isdigit()), default=0)
    names = [spelling for spelling, code in codes.items() if spelling != code] or list(codes)

    def parse(raw: object) -> str:
        key = _key(as_text(raw))
        found = known.get(key)
        if found is None and key.isdigit():
            found = known.get(key.zfill(width))
        if found is None:
            raise ValueRefused("not_in_list", f"不在可选范围内,{_offer(key, names)}")
        return found

    return parse


def _key(text: str) -> str:
    return compact(text).lower()


def _offer(key: str, names: list[str]) -> str:
    """Short lists are shown whole; of a long one, the names nearest to what was typed."""
    shown = list(dict.fromkeys(names))
    if len(shown) > 10:
        shown = [name for name, _, _ in process.extract(key, shown, limit=4, score_cutoff=40)] or shown[:6]
        return f"可填如:{'、'.join(shown)} 等。"
    return f"可填:{'、'.join(shown)}。"
