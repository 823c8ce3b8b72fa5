"""All about one cell: where its value comes from, what else is known, what was said and done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.errors import NotFound
from accounts.models import Post
from data_return.selectors.returned import describe_returned
from forms_engine.models import CellEdit, FormColumn, Report
from forms_engine.rules import is_editable
from forms_engine.selectors.grid import ROW_FIELDS, Lens, report_rows
from registry.catalogue import model_of
from registry.expressions import NotReachable, path_to
from registry.masking import readable
from registry.models import DataItem, Difference
from registry.showing import describe_origin

MOST_TRACES = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """Another known value of the same item (别处的线索). id: of the difference it waits in."""

    id: int
    text: str
    origin: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One change of the cell. before and after: masked for the reader."""

    at: datetime
    by: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comment:
    """What a reviewer said. done: the cell was changed since."""

    text: str
    by: str
    at: datetime
    done: bool


@dataclass(frozen=True, slots=True)
class CellDetail:
    """level: 1 to 4, None for a new ask. origin: source, recorder and day of the registered value, "" if unknown.

    until: end of the minutes in which the text is shown in full, where it was unmasked.
    """

    id: int
    letter: str
    header: str
    subject: str
    item: str
    level: int | None
    steward: str
    masked: bool
    editable: bool
    needed: bool
    reason: str
    text: str
    state: str
    n: int
    confirmed: bool
    origin: str
    at_dispatch: str
    comment: Comment | None
    offers: list[Offer]
    history: list[Trace]
    until: datetime | None = None


def get_cell(*, lens: Lens, report: Report, subject_id: int, letter: str, until: datetime | None = None) -> CellDetail:
    """until: end of what the lens shows in full.

    Raises NotFound for a row outside the scope or a column that the form does not have.
    """
    column = get_column(lens, letter)
    row = _get_row(lens, report, subject_id)
    edit, said = row["edits"].get(letter, {}), row["comments"].get(letter)
    traces = list(_traces(report, subject_id, letter))
    names = name_posts([trace.post_id for trace in traces] + ([said["by"]] if said else []))
    item = column.item
    return CellDetail(
        id=subject_id,
        letter=letter,
        header=column.header,
        subject=lens.name(row),
        item=item.name if item else "",
        level=item.level if item else None,
        steward=item.steward if item else "",
        masked=lens.masks(column),
        editable=is_editable(column),
        needed=column.required,
        reason=column.reason,
        text=lens.text(column, row["values"].get(letter)),
        state=lens.state(column, row).value,
        n=edit.get("n", 0),
        confirmed=bool(edit.get("ok")),
        origin=_origin(lens, report, item, row, letter) if item else "",
        at_dispatch=lens.text(column, edit["was"]) if "was" in edit else "",
        comment=read_comment(said, names) if said else None,
        offers=[_offer(lens, column, found) for found in _differences(lens, report, item, subject_id)],
        history=[_change(lens, column, trace, names) for trace in traces],
        until=until if item and item.code in lens.actor.opened else None,
    )


def get_column(lens: Lens, letter: str) -> FormColumn:
    """Raises NotFound."""
    for column in lens.columns:
        if column.letter == letter:
            return column
    raise NotFound("这张表没有这一列,请刷新页面。")


def get_offered(*, lens: Lens, report: Report, subject_id: int, letter: str, offer_id: int) -> str:
    """The other value in full, for saving it as if it had been typed; never for showing. Raises NotFound."""
    column = get_column(lens, letter)
    for found in _differences(lens, report, column.item, subject_id):
        if found.pk == offer_id and column.item is not None:
            return readable(column.item, found.offered, lens.catalogue)
    raise NotFound("这条线索已经处理过,请刷新页面。")


def name_posts(post_ids: Iterable[int | None]) -> dict[int, str]:
    """Post id -> name of its user: one query, none for no ids."""
    wanted = {pk for pk in post_ids if pk is not None}
    if not wanted:
        return {}
    return dict(Post.objects.filter(pk__in=wanted).values_list("pk", "user__full_name"))


def _get_row(lens: Lens, report: Report, subject_id: int) -> dict[str, Any]:
    row: dict[str, Any] | None = (
        report_rows(actor=lens.actor, report=report)
        .filter(subject_id=subject_id)
        .values(*ROW_FIELDS, "origins")
        .first()
    )
    if row is None:
        raise NotFound("这一行不在您的名册中,请刷新页面。")
    return row


def _traces(report: Report, subject_id: int, letter: str) -> QuerySet[CellEdit]:
    found = CellEdit.objects.filter(report=report, subject_id=subject_id, letter=letter)
    return found.order_by("-pk")[:MOST_TRACES]


def _differences(lens: Lens, report: Report, item: DataItem | None, subject_id: int) -> Iterable[Difference]:
    """Open differences of the row's own subject; those of its household or dwelling are settled on their cards."""
    if item is None or item.entity != report.dispatch.version.subject:
        return []
    found: QuerySet[Difference] = Difference.objects.visible_to(lens.actor).filter(
        entity=item.entity, subject_id=subject_id, item=item, state=Difference.State.OPEN
    )
    return found.order_by("-pk")


def _offer(lens: Lens, column: FormColumn, found: Difference) -> Offer:
    origin = describe_origin(column.item, found.source) if column.item else ""
    return Offer(found.pk, lens.text(column, found.offered), origin)


def _change(lens: Lens, column: FormColumn, trace: CellEdit, names: Mapping[int, str]) -> Trace:
    before, after = lens.text(column, trace.before), lens.text(column, trace.after)
    return Trace(trace.at, names.get(trace.post_id, ""), before, after)


def read_comment(said: Mapping[str, Any], names: Mapping[int, str]) -> Comment:
    """said: a value of `ReportRow.comments`; names: of posts."""
    at = datetime.fromisoformat(said["at"])
    return Comment(said["text"], names.get(said["by"], ""), at, bool(said.get("done")))


def _origin(lens: Lens, report: Report, item: DataItem, row: Mapping[str, Any], letter: str) -> str:
    """Of the value that was filled in: the dataset that brought it, else where the registry has it from."""
    if item.derived:
        return describe_origin(item, {})
    if letter in row["origins"]:
        return describe_returned(*row["origins"][letter])
    subject = report.dispatch.version.subject
    try:
        stored = f"{path_to(item, subject)}provenance"
    except NotReachable:
        return ""
    rows = model_of(subject)._default_manager.visible_to(lens.actor)  # type: ignore[attr-defined]
    provenance = rows.filter(pk=row["subject_id"]).values_list(stored, flat=True).first()
    return describe_origin(item, (provenance or {}).get(item.code, {}))
