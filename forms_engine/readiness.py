"""What a form still lacks before it may be submitted for admission (准入前自查)."""

from collections.abc import Sequence
from datetime import date

from forms_engine.models import FormColumn, FormVersion
from registry.catalogue import get_catalogue
from registry.conditions import level_of

SENSITIVE = 3
"""Level (GB/T 43697-2024) from which items need a purpose: personal information that needs protection."""


def list_lacks(version: FormVersion, columns: Sequence[FormColumn], *, today: date) -> list[str]:
    """Chinese sentences, each naming what to fill in where; empty when the form may be submitted.

    columns: with items joined.
    """
    new_asks = [column for column in columns if column.kind == FormColumn.Kind.NEW_ASK]
    lacks = [
        f"{column.letter} 列“{column.header}”是新要的,请写明理由。" for column in new_asks if not column.reason.strip()
    ]
    if not any(column.kind == FormColumn.Kind.ITEM for column in columns):
        lacks.append("没有一列绑定数据项,村居收到的会是一张空表。请至少绑定能认出人或物的列,如姓名。")
    if new_asks and not version.legal_basis.strip():
        lacks.append("有新要的列,请填写法定依据。")
    if max(highest_level(columns), _level_of_condition(version)) >= SENSITIVE and not version.purpose.strip():
        lacks.append("列或名册条件含 3、4 级数据项,请填写用途。")
    if version.valid_until is not None and version.valid_until < today:
        lacks.append("有效期已过,请改为今天以后的日期。")
    return lacks


def _level_of_condition(version: FormVersion) -> int:
    """To be on the list tells what the condition asks for: it weighs like a column."""
    return level_of(version.condition, get_catalogue())


def highest_level(columns: Sequence[FormColumn]) -> int:
    """Highest level among the bound items; 0 without any."""
    return max((column.item.level for column in columns if column.item is not None), default=0)
