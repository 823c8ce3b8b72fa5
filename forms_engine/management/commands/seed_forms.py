from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from forms_engine.demo import seed_forms


class Command(BaseCommand):
    help = "演示表单:带表、准入、下发,走的是真实的每一步;可重复运行。先运行 seed --demo。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("正式环境不放演示表单。")
        self.stdout.write(f"演示表单:新增 {seed_forms()} 张。")
