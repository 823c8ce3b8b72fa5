"""Whose account there is whose here, as a department pastes it from Excel: one person a line."""

import re
from dataclasses import dataclass

MOST_LINES = 2000
LONGEST = 60
_PARTS = re.compile(r"[\t\s,;\uff0c\uff1b]+")
_PERSONAL = re.compile(r"1[3-9]\d{9}|\d{15}|\d{17}[\dXx]", re.ASCII)
"""Mobile phone, ID number of 15 or 18 characters (GB 11643-1999): these name people everywhere, not an account."""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """number: of the line, from 1. username: the login here."""

    number: int
    username: str
    account: str


Wrong = tuple[int, str]
"""Number of the line, and what is wrong with it."""


def read_lines(text: str) -> tuple[list[AccountLine], list[Wrong]]:
    """What was pasted, and what cannot be taken. Empty lines are passed over."""
    found: list[AccountLine] = []
    wrong: list[Wrong] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        parts = [part for part in _PARTS.split(raw.strip()) if part]
        if not parts:
            continue
        if len(parts) != 2:
            wrong.append((number, "每行应为“登录名 账号”两列。"))
        elif problem := problem_of(parts[1]):
            wrong.append((number, problem))
        else:
            found.append(AccountLine(number, *parts))
    return found, wrong + _twice(found)


def problem_of(account: str) -> str:
    """Why an account is not taken, "" where it is."""
    if len(account) > LONGEST or not account.isprintable():
        return f"账号最长 {LONGEST} 个字符,不含控制字符。"
    if _PERSONAL.fullmatch(account):
        return "账号不能是身份证号码或手机号,请让系统改用工号或登录名。"
    return ""


def _twice(lines: list[AccountLine]) -> list[Wrong]:
    users: dict[str, int] = {}
    accounts: dict[str, int] = {}
    wrong: list[Wrong] = []
    for line in lines:
        if line.username in users:
            wrong.append((line.number, f"与第 {users[line.username]} 行是同一个登录名。"))
        if line.account in accounts:
            wrong.append((line.number, f"与第 {accounts[line.account]} 行是同一个账号。"))
        users.setdefault(line.username, line.number)
        accounts.setdefault(line.account, line.number)
    return wrong
