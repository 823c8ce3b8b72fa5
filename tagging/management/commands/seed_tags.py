from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tagging.demo import seed_tags


class Command(BaseCommand):
    help = "演示标签:申请、审核、计算,走的是真实的每一步;可重复运行。先运行 seed --demo。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("正式环境不放演示标签。")
        self.stdout.write(f"演示标签:新增 {seed_tags()} 个。")
