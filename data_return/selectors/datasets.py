"""Reads of the catalogue of returned data: what there is, one dataset with its fields, what waits at the desk."""

from dataclasses import dataclass

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery

from accounts.actors import Actor
from accounts.approvals.selectors import get_approval, list_waiting
from accounts.errors import NotFound
from accounts.models import Approval
from accounts.rights import DECIDE_DATASETS, holds
from data_return.models import Dataset, DatasetVersion
from data_return.models.datasets import DESK_STATES
from registry.catalogue import get_catalogue, is_stored
from registry.models import DataItem

DATASET = "dataset"
"""Code of the approval of a dataset version."""
State = DatasetVersion.State


@dataclass(frozen=True, slots=True)
class Shown:
    """A dataset as one post sees it. version: the latest of its keeper, the one handed in last of the desk, else the
    published one. kept: the post may change it. level: the highest of its items (GB/T 43697-2024)."""

    dataset: Dataset
    version: DatasetVersion
    items: list[DataItem]
    kept: bool

    @property
    def level(self) -> int:
        return max((item.level for item in self.items), default=1)


def list_datasets(*, actor: Actor, text: str = "", subject: str = "") -> QuerySet[Dataset]:
    """What the post may see, with department, live version, and of the latest version: state, level, items.

    level, item_count: of the published version, None before there is one. latest_state: for keeper and desk.
    """
    latest = DatasetVersion.objects.filter(dataset=OuterRef("pk")).order_by("-number")
    found = Dataset.objects.visible_to(actor).select_related("department", "live")
    if subject:
        found = found.filter(subject=subject)
    if text.strip():
        word = text.strip()
        found = found.filter(Q(name__icontains=word) | Q(department__name__icontains=word) | Q(system__icontains=word))
    return found.annotate(
        level=Max("live__fields__item__level"),
        item_count=Count("live__fields", distinct=True),
        latest_state=Subquery(latest.values("state")[:1]),
    )


def get_shown(*, actor: Actor, pk: int) -> Shown:
    """One dataset with the version that the post sees. Raises NotFound."""
    dataset = Dataset.objects.visible_to(actor).select_related("department", "live").filter(pk=pk).first()
    if dataset is None:
        raise NotFound
    kept = Dataset.objects.kept_by(actor).filter(pk=pk).exists()
    version = _shown_version(dataset, actor, kept)
    version.dataset = dataset
    return Shown(dataset, version, list_items(version), kept)


def get_kept(*, actor: Actor, pk: int) -> Shown:
    """One that the post's department publishes, in its latest version. Raises NotFound for anybody else's."""
    shown = get_shown(actor=actor, pk=pk)
    if not shown.kept:
        raise NotFound
    return shown


def get_handed_in(*, actor: Actor, pk: int) -> Shown:
    """One at the actor's desk, in the version handed in last. Raises NotFound for drafts and other areas."""
    shown = get_shown(actor=actor, pk=pk)
    if not holds(actor, DECIDE_DATASETS) or shown.version.state not in DESK_STATES:
        raise NotFound
    return shown


def list_items(version: DatasetVersion) -> list[DataItem]:
    """Data items of the version in the order of the catalogue. One query."""
    catalogue = get_catalogue()
    codes = set(version.fields.order_by().values_list("item_id", flat=True))
    return [item for code, item in catalogue.items.items() if code in codes]


def list_choices(subject: str) -> list[DataItem]:
    """Items that a dataset about such a subject may hold: those the registry could keep, too. No query."""
    return [item for item in get_catalogue().of_entity(subject) if is_stored(item)]


def list_versions(dataset: Dataset, *, all_of_them: bool) -> list[DatasetVersion]:
    """The latest first; without `all_of_them` only what was once published."""
    found = dataset.versions.all()
    return list(found if all_of_them else found.filter(published_at__isnull=False))


def list_versions_to_decide(*, actor: Actor) -> QuerySet[DatasetVersion]:
    """Versions that the post can decide now; not what its own user or department handed in."""
    waiting = list_waiting(actor=actor, kind=DATASET).order_by()
    return DatasetVersion.objects.filter(pk__in=waiting.values("subject_id"))


def get_approval_of(version: DatasetVersion) -> Approval:
    """The approval of a version that the caller may see."""
    return get_approval(kind=DATASET, subject_id=version.pk)


def _shown_version(dataset: Dataset, actor: Actor, kept: bool) -> DatasetVersion:
    if kept:
        return dataset.versions.order_by("-number")[0]
    if holds(actor, DECIDE_DATASETS):
        handed_in = dataset.versions.filter(state__in=DESK_STATES).order_by("-number").first()
        if handed_in is not None:
            return handed_in
    if dataset.live is None:
        raise NotFound
    return dataset.live
