"""Pinyin of personal names: for search by initials and for sorting, where the database has no Chinese collation."""

from pypinyin import Style, lazy_pinyin

SURNAMES = {
    "单": "shan", "查": "zha", "仇": "qiu", "解": "xie", "曾": "zeng", "区": "ou", "朴": "piao", "盖": "ge",
    "任": "ren", "华": "hua", "翟": "zhai", "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "乐": "yue",
    "覃": "qin", "宓": "mi", "召": "shao", "员": "yun", "洗": "xian", "冼": "xian", "令狐": "ling hu", "逄": "pang",
    "缪": "miao", "种": "chong", "繁": "po", "秘": "bi", "黑": "he", "折": "she", "瞿": "qu", "纪": "ji", "宁": "ning",
}  # fmt: skip
"""Surnames that are read otherwise than the character usually is."""


def spell_name(name: str) -> tuple[str, str]:
    """Full pinyin with spaces and the initials: 单桂兰 -> ("shan gui lan", "sgl"). Other letters are kept."""
    for length in (2, 1):
        surname = SURNAMES.get(name[:length])
        if surname and len(name) > length - 1:
            syllables = surname.split() + _syllables(name[length:])
            break
    else:
        syllables = _syllables(name)
    return " ".join(syllables)[:200], "".join(syllable[0] for syllable in syllables)[:50]


def _syllables(text: str) -> list[str]:
    letters = "".join(character for character in text if character.isalnum())
    return [part.lower() for part in lazy_pinyin(letters, style=Style.NORMAL) if part]
