"""Header texts: how they are shown, compared, and taken apart."""

import re
import unicodedata
from dataclasses import dataclass

BLANKS = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]+")
NOT_WORDS = re.compile(r"[^0-9a-z\u3400-\u9fff㎡%√]+")
BRACKETS = re.compile(r"[(\[【〔{「](.*?)[)\]】〕}」]")
NUMBERING = re.compile(r"^(?:[*★▲☆#※]+|[\d一二三四五六七八九十]{1,2}[.、.](?=\D)|\(\d{1,2}\)|[①-⑳])")
UNIT_WORDS = (
    "元/亩|元/㎡|元/平方米|元/人/月|元/人·月|元/月/人|元/人月|元/月|元/人年|元/人/年|元/年|万元/年|万元|元|平方米|平米|平方|㎡|m2|m²|亩|公顷|"
    "小时|个小时|人|个|户|间|层|岁|周岁|台|只|具|辆|处|名|次|栋|套|件|天|月|%|年|吨|千瓦|公斤|cm|kg"
)
UNIT = re.compile(rf"(?:单位:?)?({UNIT_WORDS})")
INSTRUCTION = re.compile(
    r"必填|选填|可选|可不填|填写|填报|请|格式|[如例]:|例如|下拉|精确|\d+位|是[/、或]?否|有[/、或]?无|男[/、或]?女|打[√勾]|"
    r"√|多选|单选|yyyy|公历|阳历|以身份证为准|与身份证一致|同身份证|自动|全称|手机优先|数字|按月|文本"
)


@dataclass(frozen=True, slots=True)
class Label:
    """One header cell taken apart. base: text without brackets; inside: contents of the brackets, in order."""

    text: str
    base: str
    inside: tuple[str, ...]

    @property
    def unit(self) -> str:
        """The unit named in brackets, such as "元/月", or ""."""
        found = (UNIT.fullmatch(unicodedata.normalize("NFKC", part)) for part in self.inside)
        return next((match[1] for match in found if match), "")

    @property
    def qualifiers(self) -> tuple[str, ...]:
        """What the brackets add to the meaning: neither a unit nor an instruction for filling in."""
        return tuple(part for part in self.inside if not is_unit(part) and not INSTRUCTION.search(part.lower()))


def tidy(value: object) -> str:
    """A header as it is shown: every kind of blank and line break removed, nothing else changed."""
    return BLANKS.sub("", value) if isinstance(value, str) else ""


def plain(value: object) -> str:
    """A text without blanks, full-width punctuation, digits and letters made half-width (NFKC)."""
    return unicodedata.normalize("NFKC", tidy(value))


def key_of(text: str) -> str:
    """A header as it is compared: NFKC, lower case, letters and digits only; 帐 is written 账."""
    return NOT_WORDS.sub("", unicodedata.normalize("NFKC", text).lower()).replace("帐", "账")


def label_of(text: str) -> Label:
    """Take a tidied header apart: marks and numbering in front dropped, brackets set aside."""
    text = NUMBERING.sub("", unicodedata.normalize("NFKC", text)).rstrip(":*★")
    inside = tuple(part for part in BRACKETS.findall(text) if part)
    return Label(text, BRACKETS.sub("", text), inside)


def is_unit(text: str) -> bool:
    """True for "元", "(元/月)", "单位:亩"."""
    return bool(UNIT.fullmatch(unicodedata.normalize("NFKC", text).strip("()[] ")))


def join_path(parts: list[str]) -> str:
    """The full header, as in "基本信息/姓名"; a single level is just its text."""
    return "/".join(parts)
