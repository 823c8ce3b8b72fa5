from collections.abc import Iterator
from typing import Any
from unicodedata import east_asian_width

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.demo import DEMO_PASSWORD
from accounts.models import Post, User
from accounts.selectors import list_demo_posts
from accounts.services.second_factor import make_recovery_codes

HEADS = ("用户名", "密码", "岗位", "恢复码(第二步验证用,每个用一次)")
CODES = 4


class Command(BaseCommand):
    help = "Print one login per demo role, with working recovery codes for the second factor."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("这里不是演示环境(DEMO),不打印登录信息。")
        rows = [HEADS, *self._logins()]
        widths = [max(_width(row[column]) for row in rows) for column in range(len(HEADS))]
        for row in rows:
            cells = (text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())

    @transaction.atomic
    def _logins(self) -> list[tuple[str, str, str, str]]:
        posts = list_demo_posts()
        if not posts:
            raise CommandError("还没有演示账号,请先运行 seed --demo。")
        return list(_rows(posts))


def _rows(posts: list[Post]) -> Iterator[tuple[str, str, str, str]]:
    for post in posts:
        yield post.user.username, DEMO_PASSWORD, post.title, _recovery_codes(post)


def _recovery_codes(post: Post) -> str:
    """Fresh ones each time: those printed before end, so a printout that lies about opens nothing."""
    user: User = post.user
    return "  ".join(make_recovery_codes(user=user, count=CODES))


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
