from typing import Any

from django.core.management.base import BaseCommand

from accounts.audit_chain.sealing import seal_lines


class Command(BaseCommand):
    help = "Seal the lines of the audit log that are not sealed yet; the worker does it every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        seal = seal_lines()
        self.stdout.write(f"已封存到 {seal.number}:{bytes(seal.digest).hex()}" if seal else "还没有审计记录。")
