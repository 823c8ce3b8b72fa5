"""Copy packs (复制录入): a department says what another system's screen asks, a worker marks who is entered there."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict, DomainError
from accounts.rights import DESIGN_FORMS, FILL_REPORTS, require
from forms_engine.models import CopyMark, CopyPack, FormColumn, FormVersion, Report
from forms_engine.selectors.copying import get_copy_row, get_own_pack, get_own_version, get_pack, list_copyable
from forms_engine.selectors.reports import get_columns, subjects_of

MOST_PACKS = 10


class BadPack(DomainError):
    code = "bad_copy_pack"


@dataclass(frozen=True, slots=True)
class PackLine:
    """letter: of the column; label: what the other screen calls it."""

    letter: str
    label: str


@transaction.atomic
def add_pack(*, actor: Actor, version: FormVersion, system: str, lines: Sequence[PackLine]) -> CopyPack:
    """A further system for a version of the department's own form. Raises BadPack, NotFound."""
    require(actor, DESIGN_FORMS)
    version = get_own_version(actor=actor, pk=version.template_id, number=version.number)
    if CopyPack.objects.filter(version=version).count() >= MOST_PACKS:
        raise BadPack(f"一版表单最多设 {MOST_PACKS} 个系统,请先删去不用的。")
    pack = CopyPack(version=version, system=system)
    _keep(actor, pack, lines)
    return pack


@transaction.atomic
def change_pack(*, actor: Actor, pack: CopyPack, system: str, lines: Sequence[PackLine]) -> None:
    """Another name, order or choice of fields. Who is entered stays marked. Raises BadPack, NotFound."""
    require(actor, DESIGN_FORMS)
    pack = get_own_pack(actor=actor, pk=pack.pk)
    pack.system = system
    _keep(actor, pack, lines)


@transaction.atomic
def remove_pack(*, actor: Actor, pack: CopyPack) -> None:
    """The system is not typed into any more. Raises Conflict once a village has begun, NotFound."""
    require(actor, DESIGN_FORMS)
    pack = get_own_pack(actor=actor, pk=pack.pk)
    if CopyMark.objects.visible_to(actor).filter(pack=pack).exists():
        raise Conflict("已有村居按这个顺序录入,不能删除。可以修改它的名称和顺序。")
    record(actor, "form.copy_pack_removed", pack.version, pack=pack.pk)
    pack.delete()


@transaction.atomic
def mark_entered(*, actor: Actor, report: Report, pack: CopyPack, subject_id: int) -> None:
    """The row is entered in the other system, as it is now. Safe to repeat. Raises NotFound."""
    require(actor, FILL_REPORTS)
    pack = get_pack(report, pack.pk)
    row = get_copy_row(actor=actor, report=report, pack=pack, subject_id=subject_id)
    seen = {letter: edit["n"] for letter, edit in row["edits"].items()}
    CopyMark.objects.update_or_create(
        district=report.district,
        report=report,
        pack=pack,
        subject_id=subject_id,
        defaults={"area_code": row["area_code"], "post_id": actor.post_id, "at": timezone.now(), "seen": seen},
    )
    record(actor, "report.row_entered", report, subjects=subjects_of(report, [subject_id]), pack=pack.pk)


@transaction.atomic
def unmark_entered(*, actor: Actor, report: Report, pack: CopyPack, subject_id: int) -> None:
    """It is not, after all. Safe to repeat. Raises NotFound."""
    require(actor, FILL_REPORTS)
    pack = get_pack(report, pack.pk)
    get_copy_row(actor=actor, report=report, pack=pack, subject_id=subject_id)
    marks = CopyMark.objects.visible_to(actor).filter(district=report.district, report=report, pack=pack)
    marks.filter(subject_id=subject_id).delete()
    record(actor, "report.row_not_entered", report, subjects=subjects_of(report, [subject_id]), pack=pack.pk)


def carry_packs(last: FormVersion, version: FormVersion) -> None:
    """The packs of the version before, for the columns that it still has: bound to the same item, or so headed."""
    now = {_meaning(column): column.letter for column in version.columns.all()}
    before = {column.letter: now.get(_meaning(column)) for column in last.columns.all()}
    for pack in CopyPack.objects.filter(version=last):
        lines = [line | {"letter": letter} for line in pack.lines if (letter := before.get(line["letter"]))]
        if lines:
            CopyPack.objects.create(version=version, system=pack.system, lines=lines)


def _keep(actor: Actor, pack: CopyPack, lines: Sequence[PackLine]) -> None:
    known = {column.letter for column in list_copyable(get_columns(pack.version))}
    letters = [line.letter for line in lines]
    if not lines or len(set(letters)) != len(letters) or not known.issuperset(letters):
        raise BadPack("请至少给一列写上顺序;每一列只能用一次。")
    pack.lines = [{"letter": line.letter, "label": line.label} for line in lines]
    try:
        with transaction.atomic():
            pack.save()
    except IntegrityError:
        raise BadPack("这一版已经有同名的系统,请换个名称,或修改已有的那个。", field="system") from None
    record(actor, "form.copy_pack_saved", pack.version, pack=pack.pk, letters=letters)


def _meaning(column: FormColumn) -> tuple[str | None, str]:
    return (column.item_id, "") if column.item_id else (None, column.header)
