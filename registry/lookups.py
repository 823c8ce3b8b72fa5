"""Prefix search that row-level security lets reach an index: `name__starts="施"` is PostgreSQL's leakproof `^@`.

Django's own `startswith` emits LIKE, which is not leakproof and is tried only after a full scan.
"""

from typing import Any

from django.db.models import CharField, Lookup, TextField


@CharField.register_lookup
@TextField.register_lookup
class Starts(Lookup[Any]):
    lookup_name = "starts"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} ^@ {right}", (*left_params, *right_params)
