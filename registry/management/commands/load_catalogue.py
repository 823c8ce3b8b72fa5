from typing import Any

from django.core.management.base import BaseCommand

from registry.catalogue_loading import load_catalogue


class Command(BaseCommand):
    help = "载入数据项目录和代码表(可重复执行)"

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_catalogue()
        self.stdout.write(f"数据项 {loaded.items} 个,代码表 {loaded.code_lists} 张,代码 {loaded.codes} 个。")
