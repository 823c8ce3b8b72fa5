from argparse import ArgumentParser
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localdate

from accounts.audit import record_system
from accounts.audit_export import export_to_folder


class Command(BaseCommand):
    help = "Write the audit log of some days as JSON Lines (gz) with its SM3 digest, for a store outside."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--since", type=date.fromisoformat, help="first day, 2026-11-01; default: yesterday")
        parser.add_argument("--until", type=date.fromisoformat, help="last day; default: the first")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        since: date = options["since"] or localdate() - timedelta(days=1)
        until: date = options["until"] or since
        if not folder.is_dir() or until < since:
            raise CommandError("文件夹不存在,或结束日期早于开始日期。")
        path = export_to_folder(folder, since=since, until=until)
        record_system("audit.export_finished", since=since.isoformat(), until=until.isoformat())
        self.stdout.write(f"已写出 {path.name} 和 {path.name}.sm3。")
