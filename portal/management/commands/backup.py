"""manage.py backup FILE: everything the portal keeps, in one sealed file (PORTAL_DB_ROLE=backup)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.backup.making import BackupFailed, make_backup
from portal.backup.pg_programs import NoProgram


class Command(BaseCommand):
    help = "备份数据库和上传的文件到一个加密文件。需要 DATABASE_BACKUP_URL 和 BACKUP_KEY。"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_DB_ROLE != "backup" or settings.BACKUP_KEY is None:
            raise CommandError("请设置 PORTAL_DB_ROLE=backup、DATABASE_BACKUP_URL 和 BACKUP_KEY。")
        if options["file"].exists():
            raise CommandError(f"{options['file']} 已存在,没有覆盖。请换一个文件名。")
        try:
            tables = make_backup(options["file"], key=settings.BACKUP_KEY, media=Path(settings.MEDIA_ROOT))
        except (BackupFailed, NoProgram) as failed:
            raise CommandError(str(failed)) from failed
        rows = sum(table.rows for table in tables.values())
        self.stdout.write(f"已备份 {len(tables)} 张表、{rows:,} 行: {options['file']}")
