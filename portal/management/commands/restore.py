"""manage.py restore FILE: a backup into an empty database, compared row by row (PORTAL_DB_ROLE=backup)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.backup.pg_programs import NoProgram
from portal.backup.restoring import RestoreFailed, RestoreRefused, restore_backup
from portal.backup.sealed_stream import BackupBroken


class Command(BaseCommand):
    help = "把备份恢复到空数据库。需要 DATABASE_OWNER_URL、DATABASE_BACKUP_URL 和 BACKUP_KEY。"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--force", action="store_true", help="先清空目标数据库")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.BACKUP_KEY is None or "owner" not in settings.DATABASES:
            raise CommandError("请设置 PORTAL_DB_ROLE=backup、DATABASE_OWNER_URL、DATABASE_BACKUP_URL 和 BACKUP_KEY。")
        if not options["file"].is_file():
            raise CommandError(f"没有这个文件: {options['file']}")
        try:
            restored = restore_backup(
                options["file"], key=settings.BACKUP_KEY, media=Path(settings.MEDIA_ROOT), force=options["force"]
            )
        except (BackupBroken, RestoreRefused, RestoreFailed, NoProgram) as failed:
            raise CommandError(str(failed)) from failed
        rows = sum(table.rows for table in restored.tables.values())
        told = f"已恢复 {len(restored.tables)} 张表、{rows:,} 行、{restored.files} 个文件,逐表核对一致。"
        self.stdout.write(f"{told}请用原来的 SEAL_KEYS 和 BLIND_INDEX_KEY 启动,并运行 migrate。")
