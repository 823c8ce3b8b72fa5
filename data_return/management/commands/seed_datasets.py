from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from data_return.demo import seed_datasets


class Command(BaseCommand):
    help = "演示回流数据:登记、发布、上传、授权,走的是真实的每一步;可重复运行。先运行 seed --demo。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("正式环境不放演示回流数据。")
        self.stdout.write(f"演示回流数据:新增 {seed_datasets()} 个数据集。")
