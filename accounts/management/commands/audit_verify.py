from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit_chain.digests import DIGEST_BYTES
from accounts.audit_chain.verifying import Anchor, verify_log


class Command(BaseCommand):
    help = "Compare the audit log with its chain; names each line that was changed, removed or slipped in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="only one day, 2026-11-27; else everything")
        parser.add_argument("--anchor", type=_anchor, help="NUMBER:DIGEST, a seal as noted outside of the database")

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify_log(day=options["day"], anchor=options["anchor"])
        for problem in found.problems:
            self.stdout.write(str(problem))
        if found.problems:
            raise CommandError(f"审计日志有 {len(found.problems)} 处不符,见上。", returncode=1)
        self.stdout.write(f"审计日志完好:核对 {found.lines} 条,待封存 {found.waiting} 条。")
        if found.last is not None:
            self.stdout.write(f"最后一个封存 {found.last.number}:{bytes(found.last.digest).hex()}")


def _anchor(text: str) -> Anchor:
    """Raises ValueError, which argparse turns into its own words."""
    number, _, digest = text.partition(":")
    found = Anchor(int(number), bytes.fromhex(digest))
    if len(found.digest) != DIGEST_BYTES:
        raise ValueError
    return found
