"""What a new password must be: the validators that the two profiles of PASSWORD_PROFILE are made of."""

import re
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from pypinyin import lazy_pinyin

from accounts.models import User
from accounts.selectors import list_area_names_of, list_used_hashes

CLASSES = (r"[A-Z]", r"[a-z]", r"[0-9]", r"[^A-Za-z0-9]")
PORTAL_WORDS = ("一表通", "yibiaotong", "基层数据门户", "portal")
AREA_ENDINGS = "省市区县镇乡村街道"
SHORTEST_WORD = {True: 4, False: 2}
"""Latin letters and Chinese characters: shorter words stand in too many innocent passwords."""


class ClassesValidator:
    """At least `least` of capitals, small letters, figures and signs (GB/T 22239-2019, 8.1.4.1 a)."""

    def __init__(self, least: int = 3) -> None:
        self.least = least

    def validate(self, password: str, user: User | None = None) -> None:
        if sum(bool(re.search(one, password)) for one in CLASSES) < self.least:
            raise ValidationError(self.get_help_text(), code="too_few_classes")

    def get_help_text(self) -> str:
        return f"密码要在大写字母、小写字母、数字、符号中至少用 {self.least} 种。"


class LongestValidator:
    """An upper bound: hashing must not become work for an attacker to hand out."""

    def __init__(self, most: int = 128) -> None:
        self.most = most

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > self.most:
            raise ValidationError(self.get_help_text(), code="too_long")

    def get_help_text(self) -> str:
        return f"密码最长 {self.most} 个字符。"


class ContextValidator:
    """No word that anybody knows who knows the person and the place (ASVS 5.0, 6.2.11), in characters or pinyin."""

    def validate(self, password: str, user: User | None = None) -> None:
        typed = password.casefold()
        if any(word in typed for word in _words_around(user)):
            raise ValidationError(self.get_help_text(), code="context_word")

    def get_help_text(self) -> str:
        return "密码里不能有用户名、姓名、本系统的名称或所在区划的名称(拼音也不行)。"


class HistoryValidator:
    """None of the last `last` passwords, the present one among them."""

    def __init__(self, last: int = 5) -> None:
        self.last = last

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        if any(check_password(password, used) for used in list_used_hashes(user=user, last=self.last)):
            raise ValidationError(self.get_help_text(), code="used_before")

    def get_help_text(self) -> str:
        return f"不能与最近 {self.last} 次用过的密码相同。"


def _words_around(user: User | None) -> set[str]:
    """Words of the portal, the person and the areas of the person's posts, in small letters."""
    words: list[Any] = [*PORTAL_WORDS]
    if user is not None:
        areas = [name.rstrip(AREA_ENDINGS) for name in list_area_names_of(user_id=user.pk)]
        names = [user.full_name, *areas]
        words += [user.username, *names, *("".join(lazy_pinyin(name)) for name in names)]
    return {word.casefold() for word in words if len(word) >= SHORTEST_WORD[word.isascii()]}
