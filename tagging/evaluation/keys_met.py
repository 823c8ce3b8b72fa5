"""The rules as one SQL expression: the keys of those that a subject meets."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db.models import Expression, Q, SmallIntegerField
from django.db.models.sql.compiler import SQLCompiler

ARRAY = ArrayField(SmallIntegerField())


class KeysMet(Expression):
    """An array of the keys whose predicate is true, in their order. met: (key, predicate).

    One node for all rules: as many `Case`s take longer to compile than a community takes to be worked out.
    """

    def __init__(self, met: Sequence[tuple[int, Q]]) -> None:
        super().__init__(output_field=ARRAY)
        self.keys = [key for key, _ in met]
        self.predicates: list[Any] = [predicate for _, predicate in met]

    def get_source_expressions(self) -> list[Any]:
        return self.predicates

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.predicates = list(exprs)

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        cases: list[str] = []
        given: tuple[Any, ...] = ()
        for key, predicate in zip(self.keys, self.predicates, strict=True):
            try:
                sql, params = compiler.compile(predicate)
            except EmptyResultSet:  # holds for nobody
                continue
            except FullResultSet:
                sql, params = "true", ()
            cases.append(f"CASE WHEN {sql} THEN {int(key)} END")
            given += tuple(params)
        return f"array_remove(ARRAY[{', '.join(cases)}]::smallint[], NULL)", given
