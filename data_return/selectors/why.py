"""Why a post reads records of a dataset, or does not: the facts, before `why_words` makes sentences of them.

Everything hangs on the post, its grants and what it reads anyway. Whether there is a record that the post may not read
is never asked, so no answer can tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.approvals.rules import State
from accounts.codes import around, contains
from accounts.sealing import blind_index
from data_return.models import Dataset, DatasetField, Grant, GrantRequest, ReturnedRecord
from data_return.models.datasets import NAMED_BY
from data_return.models.grants import of_unit
from data_return.reading import SOURCE_KEY
from data_return.selectors.grants import list_readers
from data_return.selectors.returned import Returned, list_returned, records_about
from data_return.sight import reading_of
from registry.catalogue import Catalogue, column_of, get_catalogue, model_of
from registry.models import DataItem
from registry.models.base import Subject

WAITING = (State.SUBMITTED, State.RETURNED)


@dataclass(slots=True)
class Reasons:
    """One dataset for one post. Of live grants of units around the post: opening ones, those that open it somewhere
    else, those that do not name its role; then those to come, and the last that ended.

    own: the post's department publishes it. asked: request of the own unit that waits. askable: may be applied for,
    stands: by this post.
    """

    dataset: Dataset
    own: bool = False
    opening: list[Grant] = field(default_factory=list)
    elsewhere: list[Grant] = field(default_factory=list)
    for_others: list[Grant] = field(default_factory=list)
    coming: list[Grant] = field(default_factory=list)
    ended: Grant | None = None
    asked: GrantRequest | None = None
    askable: bool = False
    stands: bool = False

    @property
    def opens(self) -> bool:
        return self.own or bool(self.opening)


@dataclass(frozen=True, slots=True)
class Explained:
    """A record that the post reads, by item: shown, masked for it, not granted, and granted but empty."""

    returned: Returned
    shown: Sequence[DataItem]
    masked: Sequence[DataItem]
    absent: Sequence[DataItem]
    empty: Sequence[DataItem]

    @property
    def dataset_id(self) -> int:
        return self.returned.record.dataset_id


def list_published(*, actor: Actor, subject: str) -> list[Dataset]:
    """Datasets about such a subject that the post finds in the catalogue, by name. One query."""
    found = Dataset.objects.visible_to(actor).filter(subject=subject, live__isnull=False)
    return list(found.select_related("department", "live").order_by("name", "pk"))


def list_reasons(*, actor: Actor, datasets: Sequence[Dataset], place: int | None = None) -> list[Reasons]:
    """For each of the datasets. place: of the subject at hand; None for all that the post covers. Six queries."""
    own, today = reading_of(actor).own, localdate()
    found = {one.pk: Reasons(one, own=one.pk in own, stands=bool(list_readers(actor))) for one in datasets}
    for grant in _grants_around(actor, found):
        _sort(found[grant.dataset_id], grant, actor, place, today)
    for request in GrantRequest.objects.filter(of_unit(actor), dataset__in=found, state__in=WAITING).order_by("-pk"):
        found[request.dataset_id].asked = found[request.dataset_id].asked or request
    for pk in Dataset.objects.visible_to(actor).open_to(actor).filter(pk__in=found).values_list("pk", flat=True):
        found[pk].askable = True
    return list(found.values())


def explain_records_about(*, actor: Actor, entity: str, subject: Subject) -> list[Explained]:
    """What the post reads about a subject of the registry, item by item. Two queries beside the reading."""
    return _explain(list_returned(actor=actor, records=records_about(actor, entity, subject)))


def explain_records_named(*, actor: Actor, entity: str, name: str) -> list[Explained]:
    """The same about somebody who is not registered: by what names the subject, in canonical form."""
    key = blind_index(SOURCE_KEY, name).hex()
    records = ReturnedRecord.objects.visible_to(actor).filter(dataset__subject=entity, source_key=key)
    return _explain(list_returned(actor=actor, records=records))


def find_registered(*, actor: Actor, entity: str, name: str) -> Subject | None:
    """The open subject of that ID number, household number, address or credit code, where the post sees it."""
    item = get_catalogue().item(NAMED_BY[entity])
    named = {f"{item.key}_index": blind_index(item.code, name)} if item.is_sealed else {str(column_of(item)): name}
    manager = model_of(entity)._default_manager
    found: Subject | None = manager.visible_to(actor).filter(closed_on=None, **named).order_by("pk").first()  # type: ignore[attr-defined]
    return found


def is_inside(actor: Actor, place: int) -> bool:
    """Whether a subject that lives there has its records where the post may read them at all."""
    return actor.scope is not None and contains(actor.scope, place)


def _grants_around(actor: Actor, datasets: dict[int, Reasons]) -> list[Grant]:
    """Grants to the post's department, else to its area and those around it, the latest first."""
    unit = Q(department=actor.department_id)
    if actor.department_id is None:
        unit = Q(department=None, area__in=around(actor.area_code))
    found = Grant.objects.filter(unit, dataset__in=datasets).select_related("area", "department")
    return list(found.order_by("-until", "-pk"))


def _sort(reasons: Reasons, grant: Grant, actor: Actor, place: int | None, today: date) -> None:
    if grant.revoked_at is not None or grant.until < today:
        reasons.ended = reasons.ended or grant
    elif grant.since > today:
        reasons.coming.append(grant)
    elif actor.role.value not in grant.readers:
        reasons.for_others.append(grant)
    elif _reaches(grant, actor, place):
        reasons.opening.append(grant)
    else:
        reasons.elsewhere.append(grant)


def _reaches(grant: Grant, actor: Actor, place: int | None) -> bool:
    """Whether it opens a record at the place, or anything at all that the post covers."""
    if place is not None:
        return is_inside(actor, place) and grant.reaches(place)
    return actor.scope is not None and (
        grant.reaches(actor.scope[0]) or any(contains(actor.scope, low) for low, _ in grant.ranges)
    )


def _explain(returned: Sequence[Returned]) -> list[Explained]:
    catalogue = get_catalogue()
    versions = {one.record.dataset.live_id for one in returned}
    held: dict[int, set[str]] = {}
    for version, code in DatasetField.objects.filter(version__in=versions).values_list("version_id", "item_id"):
        held.setdefault(version, set()).add(code)
    return [_explained(one, held.get(one.record.dataset.live_id or 0, set()), catalogue) for one in returned]


def _explained(one: Returned, held: set[str], catalogue: Catalogue) -> Explained:
    granted = {code for grant in one.grants for code in grant.items} if one.grants else held
    known = {cell.item.code for cell in one.cells}
    order = [item for code, item in catalogue.items.items() if code in held | known]
    return Explained(
        one,
        [cell.item for cell in one.cells if not cell.masked],
        [cell.item for cell in one.cells if cell.masked],
        [item for item in order if item.code not in granted],
        [item for item in order if item.code in granted and item.code not in known],
    )
