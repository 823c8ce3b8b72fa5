from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.audit import record_system
from accounts.delegation import AREA_LEVELS
from accounts.models import AccountChange, Area, Post, User
from accounts.one_time import make_one_time_password
from accounts.roles import Role

FIRST = (Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN)


class Command(BaseCommand):
    help = "Make one of the first administrators (三员) of a district: prints the one-time password, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("full_name")
        parser.add_argument("role", choices=[role.value for role in FIRST])
        parser.add_argument("area", help="12-digit code of the district")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.filter(username=options["username"]).exists():
            raise CommandError("这个用户名已有人使用。")
        role, area = Role(options["role"]), self._area(options["area"])
        if area is None or area.level not in AREA_LEVELS[role]:
            raise CommandError("没有这个区县。请先运行 load_areas,再核对 12 位代码。")
        password = make_one_time_password()
        user = User.objects.create_user(
            options["username"],
            password,
            full_name=options["full_name"],
            must_change_password=True,
            password_issued_at=timezone.now(),
        )
        post = Post.objects.create(user=user, role=role, area=area)
        AccountChange.objects.create(user=user, kind=AccountChange.Kind.CREATED, post=post)
        record_system("account.created", user=user.pk, post=post.pk, role=role.value)
        self.stdout.write(f"初始密码(只显示这一次):{password}")

    @staticmethod
    def _area(code: str) -> Area | None:
        official = code.isascii() and code.isdigit() and len(code) == 12
        return Area.objects.filter(pk=int(code) * 10**6).first() if official else None
