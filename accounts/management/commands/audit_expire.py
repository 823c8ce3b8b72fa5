from typing import Any

from django.core.management.base import BaseCommand

from accounts.audit_chain.keeping import remove_expired_lines


class Command(BaseCommand):
    help = "Remove audit lines older than AUDIT_KEEP_MONTHS (6 at least); the worker does it every night."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"已删除过期的审计记录 {remove_expired_lines()} 条。")
