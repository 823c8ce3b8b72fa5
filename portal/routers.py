"""Which database connection does what."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS


class OneSchema:
    """The alias `audit` is the same database seen by another role: only `default` is migrated."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return None if db == DEFAULT_DB_ALIAS else False
