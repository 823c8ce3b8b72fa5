"""Design (改绑定、定口径): what a draft's columns mean, whom it asks about, and on what basis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict, DomainError, NotFound
from accounts.rights import DESIGN_FORMS, require
from data_return.leaf import WORD, usable_codes
from forms_engine.models import FormColumn, FormVersion
from registry.binding import scale_for
from registry.catalogue import get_catalogue
from registry.conditions import BadCondition, codes_in, compile_condition
from registry.models import ItemType
from registry.rules import ItemSpec

ASKED_TYPES = (
    ItemType.TEXT,
    ItemType.INTEGER,
    ItemType.DECIMAL,
    ItemType.DATE,
    ItemType.BOOLEAN,
    ItemType.PHONE,
)
"""What a new ask may be filled in as; identifying numbers are catalogue items and must be bound."""


class BoundTwice(DomainError):
    code = "bound_twice"


class OtherUnit(DomainError):
    code = "other_unit"


@dataclass(frozen=True, slots=True)
class ColumnEdit:
    """What the department decided about one column. item: code, only for kind ITEM; type, reason: for a new ask."""

    letter: str
    kind: FormColumn.Kind
    item: str | None = None
    type: str = ItemType.TEXT
    required: bool = True
    reason: str = ""


@transaction.atomic
def save_columns(*, actor: Actor, version: FormVersion, edits: Sequence[ColumnEdit]) -> None:
    """Keep the bindings of a draft; columns that `edits` does not name stay.

    Raises BoundTwice, OtherUnit (their field is the letter), NotFound for an unknown item, Conflict once submitted.
    """
    version = lock_draft(actor, version)
    columns = {column.letter: column for column in version.columns.select_related("item")}
    changed = [edit.letter for edit in edits if edit.letter in columns and _decide(columns[edit.letter], edit)]
    _refuse_bound_twice(list(columns.values()))
    _refuse_other_units(version, [columns[letter] for letter in changed])
    written = ["kind", "item", "type", "required", "reason", "confidence", "why"]
    FormColumn.objects.bulk_update([columns[letter] for letter in changed], written)
    if changed:
        record(actor, "form.columns_changed", version, letters=changed)


@transaction.atomic
def save_settings(*, actor: Actor, version: FormVersion, name: str, settings: Mapping[str, Any]) -> None:
    """Keep name and settings of a draft. settings: names and values as in `services.bring.SETTINGS`.

    Raises BadCondition where the condition cannot be compiled for the subject, Conflict once submitted.
    """
    _check_condition(actor, settings)
    version = lock_draft(actor, version)
    before = {field: getattr(version, field) for field in settings}
    for field, value in settings.items():
        setattr(version, field, value)
    version.save(update_fields=list(settings))
    version.template.name = name
    version.template.save(update_fields=["name"])
    record(actor, "form.settings_changed", version, fields=[f for f in settings if before[f] != settings[f]])


def _check_condition(actor: Actor, settings: Mapping[str, Any]) -> None:
    """Raises BadCondition, also for returned data that the department was not granted."""
    usable = usable_codes(actor.department_id or 0)
    if not codes_in(settings["condition"], WORD) <= usable:
        raise BadCondition("本部门没有条件里这个回流数据集的授权,或授权里没有这一项。请先申请授权,或换一个条件。")
    granted = dict.fromkeys(usable)
    compile_condition(settings["condition"], settings["subject"], get_catalogue(), on=localdate(), granted=granted)


def lock_draft(actor: Actor, version: FormVersion) -> FormVersion:
    """The row, locked, with its form. Raises NotAllowed, NotFound for another department's, Conflict once submitted."""
    require(actor, DESIGN_FORMS)
    locked = FormVersion.objects.select_for_update(of=("self",)).select_related("template").defer("workbook")
    found = locked.filter(pk=version.pk, template__department_id=actor.department_id or 0).first()
    if found is None:
        raise NotFound
    if not found.can_change:
        raise Conflict(f"这一版现在是“{found.get_state_display()}”,不能再改。请刷新页面;待审的可以先撤回。")
    return found


def _decide(column: FormColumn, edit: ColumnEdit) -> bool:
    """Put the decision on the column. Returns whether anything changed."""
    before = (column.kind, column.item_id, column.type, column.required, column.reason)
    if (column.kind, column.item_id) != (edit.kind, edit.item):
        column.confidence, column.why = 1, "由本部门人工确认。"
    column.kind, column.reason = edit.kind, edit.reason if edit.kind == FormColumn.Kind.NEW_ASK else ""
    column.item = get_catalogue().item(edit.item) if edit.item else None
    column.type = column.item.type if column.item else edit.type
    column.required = edit.required and edit.kind != FormColumn.Kind.NUMBER
    return before != (column.kind, column.item_id, column.type, column.required, column.reason)


def _refuse_bound_twice(columns: Sequence[FormColumn]) -> None:
    first: dict[str, FormColumn] = {}
    for column in sorted(columns, key=lambda column: column.position):
        if column.item is None:
            continue
        other = first.setdefault(column.item.code, column)
        if other is not column:
            raise BoundTwice(
                f"{other.letter} 列和 {column.letter} 列都绑定了“{column.item.name}”,"
                f"同一数据项只问一次。请把 {column.letter} 列改成别的数据项或“新要”。",
                field=column.letter,
            )


def _refuse_other_units(version: FormVersion, columns: Sequence[FormColumn]) -> None:
    """A column in 万元 must not take an item kept in 元; the unit stands in the header or on a line above it."""
    scaled = {column["letter"] for column in version.layout.get("columns", []) if column["scale"]}
    for column in columns:
        if column.item and (column.letter in scaled or scale_for(column.header, ItemSpec.of(column.item))):
            raise OtherUnit(
                f"{column.letter} 列的单位与数据项“{column.item.name}”(以元登记)不同,不能绑定。"
                "请选“新要”;或把表头改成“元”后重新上传。",
                field=column.letter,
            )
