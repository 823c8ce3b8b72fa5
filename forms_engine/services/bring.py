"""Bring (带表进来): a department uploads the Excel it uses; most columns bind themselves."""

import re
from dataclasses import dataclass
from pathlib import PurePath

from django.db import transaction
from django.db.models import Max

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict, DomainError
from accounts.rights import DESIGN_FORMS, require
from accounts.xlsx import open_upload
from forms_engine.models import FormColumn, FormTemplate, FormVersion
from forms_engine.proposals import propose_condition
from forms_engine.rules import needed_by_default
from forms_engine.selectors.templates import get_learned
from forms_engine.services.admit import draft_version
from forms_engine.services.copying import carry_packs
from forms_engine.sheet_picture import Picture, draw_head
from registry.binding import KIND_NAMES, ROW_NUMBER, ColumnBinding, SheetBinding, SheetKind, bind_opened
from registry.catalogue import SUBJECTS, get_catalogue
from registry.models import DataItem, Entity

MOST_COLUMNS = 200
PLACE_LEFT_BLANK = re.compile(r"^[×xX*_○]+(省|市|区|县|镇|乡|街道|村|社区)+")
"""The beginning of titles such as ××区高龄津贴花名册: a form's name does not need it."""
SETTINGS = ("subject", "population", "condition", "cycle", "lead_days", "legal_basis", "purpose", "valid_until")
COLUMN_FIELDS = ("letter", "position", "header", "kind", "item_id", "type", "required", "reason", "confidence", "why")


class NotARoster(DomainError):
    """The sheet has no row per subject; only rosters (名册) can be sent out."""

    code = "not_a_roster"


@dataclass(frozen=True, slots=True)
class Brought:
    """An upload that was understood: bytes as they came, what the binder made of them, the head as it looks."""

    data: bytes
    filename: str
    binding: SheetBinding
    picture: Picture


def read_brought(data: bytes, filename: str) -> Brought:
    """Open and bind an upload; writes nothing. Raises UploadRefused and NotARoster in words for the department."""
    workbook = open_upload(data, filename)
    catalogue = get_catalogue()
    binding = bind_opened(workbook, catalogue.specs, get_learned())
    if binding.kind is not SheetKind.ROSTER:
        raise NotARoster(
            f"工作表“{binding.sheet}”是{KIND_NAMES[binding.kind]}。目前只收名册(一行一人、一户、一房或一个单位),"
            "请上传名册,或把名册放在第一张工作表。"
        )
    if len(binding.columns) > MOST_COLUMNS:
        raise NotARoster(f"表头有 {len(binding.columns)} 列,最多 {MOST_COLUMNS} 列。请删去不用的列后再上传。")
    picture = draw_head(workbook.sheet(binding.sheet), binding)
    return Brought(data, PurePath(filename).name[:200], binding, picture)


@transaction.atomic
def bring_form(*, actor: Actor, data: bytes, filename: str, name: str = "") -> FormVersion:
    """A new form of the actor's department with its first version, as a draft.

    name: of the form; empty takes the title of the sheet. Raises UploadRefused, NotARoster, NotAllowed.
    """
    require(actor, DESIGN_FORMS)
    brought = read_brought(data, filename)
    name = name or PLACE_LEFT_BLANK.sub("", brought.binding.title) or PurePath(brought.filename).stem
    template = FormTemplate.objects.create(
        name=name[:100], department_id=actor.department_id or 0, created_by_id=actor.post_id
    )
    version = _create_version(template, 1, brought)
    draft_version(actor=actor, version=version)
    record(actor, "form.brought", template, version=version.pk, columns=len(brought.binding.columns))
    return version


@transaction.atomic
def bring_version(*, actor: Actor, template: FormTemplate, data: bytes = b"", filename: str = "") -> FormVersion:
    """The next version of a form that has passed the desk, as a draft: from a new Excel, or without one from the last.

    Raises Conflict while a version is still a draft, submitted or returned; UploadRefused, NotARoster.
    """
    require(actor, DESIGN_FORMS)
    FormTemplate.objects.select_for_update().get(pk=template.pk)
    last = template.versions.order_by("-number")[0]
    if last.can_change or last.state == FormVersion.State.SUBMITTED:
        raise Conflict(f"第 {last.number} 版还没有办完准入,请先办完或直接修改它。")
    number = template.versions.aggregate(last=Max("number"))["last"] + 1
    version = _create_version(template, number, read_brought(data, filename), last) if data else _copy(last, number)
    carry_packs(last, version)
    draft_version(actor=actor, version=version)
    record(actor, "form.new_version", template, version=version.pk, number=number)
    return version


def _create_version(
    template: FormTemplate, number: int, brought: Brought, last: FormVersion | None = None
) -> FormVersion:
    """last: the version before, whose settings go on."""
    binding = brought.binding
    subject = binding.subject if binding.subject in SUBJECTS else Entity.PERSON
    version = FormVersion(
        template=template,
        number=number,
        workbook=brought.data,
        filename=brought.filename,
        layout=binding.as_dict() | {"picture": brought.picture},
        subject=subject,
        population=binding.population or FormVersion.Population.RESIDENT,
        condition=propose_condition(subject, f"{binding.title} {template.name}"),
    )
    if last is not None:
        for name in SETTINGS:
            setattr(version, name, getattr(last, name))
    version.save(force_insert=True)
    columns = [_column(version, position, column) for position, column in enumerate(binding.columns, start=1)]
    FormColumn.objects.bulk_create(columns)
    return version


def _column(version: FormVersion, position: int, bound: ColumnBinding) -> FormColumn:
    item = get_catalogue().item(bound.item) if bound.is_bound and bound.item else None
    if item is not None and bound.scale:
        return _in_other_unit(version, position, bound, item)
    kind = FormColumn.Kind.ITEM if item else FormColumn.Kind.NEW_ASK
    kind = FormColumn.Kind.NUMBER if bound.item == ROW_NUMBER else kind
    column = FormColumn(version=version, letter=bound.letter, position=position, header=bound.header[:200], kind=kind)
    column.item, column.confidence, column.why = item, bound.confidence, bound.why[:200]
    column.required = kind != FormColumn.Kind.NUMBER and needed_by_default(item)
    if item is not None:
        column.type = item.type
    return column


def _in_other_unit(version: FormVersion, position: int, bound: ColumnBinding, item: DataItem) -> FormColumn:
    """A column in 万元 is a new ask: filled with the item's 元 it would tell ten thousand times too much."""
    why = f"表头的单位是“{bound.unit}”,数据项“{item.name}”以元登记,不能直接填。把表头改成“元”后重新上传即可绑定。"
    column = FormColumn(version=version, letter=bound.letter, position=position, header=bound.header[:200])
    column.kind, column.type, column.why = FormColumn.Kind.NEW_ASK, item.type, why[:200]
    column.required = needed_by_default(None)
    return column


def _copy(last: FormVersion, number: int) -> FormVersion:
    fields = {name: getattr(last, name) for name in ("template_id", "workbook", "filename", "layout", *SETTINGS)}
    version = FormVersion.objects.create(number=number, **fields)
    FormColumn.objects.bulk_create(
        FormColumn(version=version, **{name: getattr(column, name) for name in COLUMN_FIELDS})
        for column in last.columns.all()
    )
    return version
