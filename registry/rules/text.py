"""Cleaning of typed text: full-width forms, invisible characters, numbers that Excel made of texts."""

import re
import unicodedata

from .refusals import ValueRefused

CONTROLS = [*range(0x09), *range(0x0E, 0x20), 0x7F, 0xAD]
ZERO_WIDTH = [*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF]
INVISIBLE: dict[int, int | str | None] = dict.fromkeys([*CONTROLS, *ZERO_WIDTH])
# Digits, letters and marks of numbers become half-width; Chinese punctuation is the worker's own and stays.
PUNCTUATION = {0xFF0C, 0xFF1A, 0xFF1B, 0xFF01, 0xFF1F, 0xFF08, 0xFF09, 0xFF5E}
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if code not in PUNCTUATION}
ODD_SPACES = [*range(0x09, 0x0E), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
SPACES: dict[int, int | str | None] = dict.fromkeys(ODD_SPACES, " ")
CLEANING: dict[int, int | str | None] = {**INVISIBLE, **FULL_WIDTH, **SPACES}
DIRTY = re.compile("[" + "".join(re.escape(chr(code)) for code in CLEANING) + "]")
MANY_SPACES = re.compile(" {2,}")
NOTHING = frozenset({"", "/", "\\", "-", "--", "—", "——", "―", "N/A", "n/a"})
EXACT_DIGITS = 10**15  # a float keeps 15 decimal digits; beyond that Excel has already put zeros


def clean_text(text: str) -> str:
    """Half-width digits and letters, one space for any run of spaces, no invisible characters, trimmed."""
    if DIRTY.search(text):
        text = MANY_SPACES.sub(" ", text.translate(CLEANING)).strip(" ")
    return text


def compact(text: str) -> str:
    """For codes, numbers and dates: compatibility forms folded (NFKC), no spaces at all."""
    if text.isascii() and text.isalnum():
        return text
    return unicodedata.normalize("NFKC", text.translate(INVISIBLE)).translate(SPACES).replace(" ", "")


def as_text(raw: object) -> str:
    """A cell as text. Whole floats lose their ".0", because Excel knows no integers.

    Raises ValueRefused("lost_digits") for a number of 16 digits or more: its last digits are already gone.
    """
    if type(raw) is str:
        return clean_text(raw)
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, float | int):
        return _number_text(raw)
    return str(raw)


def _number_text(raw: float | int) -> str:
    if isinstance(raw, int):
        return str(raw)
    if abs(raw) >= EXACT_DIGITS:
        raise ValueRefused(
            "lost_digits",
            "这个单元格是数值格式,超过 15 位的数字末尾已被 Excel 改成 0。请把整列设为“文本”格式后重新填写。",
        )
    return str(int(raw)) if raw.is_integer() else repr(raw)


def is_nothing(text: str) -> bool:
    """True for an empty cell and for the strokes that workers draw through one that does not apply."""
    return text in NOTHING
