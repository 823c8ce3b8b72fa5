"""How the stored values of a form's columns read in a file: names for codes, 是/否, opened seals, or masks."""

from collections.abc import Iterable

from accounts.actors import Actor
from forms_engine.export.columns import CellKind, ExportColumn, Render
from forms_engine.models import FormColumn, FormVersion
from registry.catalogue import Catalogue
from registry.masking import YES_NO, is_masked, show
from registry.models import DataItem, ItemType

APPROVED = 4
"""Clearance of a file whose purpose the admission desk approved: every level in full."""

KINDS = {ItemType.INTEGER: CellKind.NUMBER, ItemType.DECIMAL: CellKind.NUMBER, ItemType.DATE: CellKind.DATE}


def clearance_for(version: FormVersion, actor: Actor) -> int:
    """In full only where the admission desk approved a purpose, else as the reader may see it on ordinary days."""
    approved = version.state == FormVersion.State.ADMITTED and bool(version.purpose.strip())
    return APPROVED if approved else actor.at_standing().clearance


def export_columns(columns: Iterable[FormColumn], catalogue: Catalogue, clearance: int) -> list[ExportColumn]:
    """Columns as a file shows them to a reader of that clearance; what is above it passes the one mask."""
    return [_export_column(column, catalogue, clearance) for column in columns]


def _export_column(column: FormColumn, catalogue: Catalogue, clearance: int) -> ExportColumn:
    if column.kind == FormColumn.Kind.NUMBER:
        return ExportColumn(column.letter, column.header, CellKind.RUNNING)
    kind = KINDS.get(ItemType(column.type), CellKind.TEXT)
    item = column.item
    if item is None:
        return ExportColumn(column.letter, column.header, kind, _plain_render(column.type))
    if is_masked(item, clearance):
        kind = CellKind.TEXT
    return ExportColumn(column.letter, column.header, kind, _item_render(item, catalogue, clearance), item.is_sealed)


def _item_render(item: DataItem, catalogue: Catalogue, clearance: int) -> Render | None:
    """None where the stored text is what people read."""
    if item.type == ItemType.BOOLEAN:
        return lambda text: show(item, text == "true", clearance, catalogue)
    if is_masked(item, clearance) or item.is_sealed or item.code_list_id:
        return lambda text: show(item, text, clearance, catalogue)
    return _plain_render(item.type)


def _plain_render(kind: str) -> Render | None:
    if kind == ItemType.BOOLEAN:
        return lambda text: YES_NO[text == "true"]
    return _readable_time if kind == ItemType.DATETIME else None


def _readable_time(text: str) -> str:
    """2026-11-22T15:30+08:00 as 2026-11-22 15:30: every time here is one of Asia/Shanghai."""
    return text[:16].replace("T", " ")
