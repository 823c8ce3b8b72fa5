"""The automatic comparison (自动比对): what the district has already of what a system wants to do and to collect."""

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass

from django.db.models import F

from accounts.codes import Level, ancestor, subtree
from data_return.models import DatasetField
from forms_engine.selectors.overlap import FormOverlap, find_forms_asking
from portal.models import Filing, System
from portal.systems.functions import PROVIDED, Function
from portal.systems.likeness import Alike, find_alike, lines_of
from portal.systems.prohibited import Prohibited, find_prohibited
from registry.catalogue import is_stored
from registry.models import DataItem

MOST = 8


@dataclass(frozen=True, slots=True)
class SystemOverlap:
    """Another system of the district. functions: names both have; items: how many data items both collect."""

    system: System
    functions: Sequence[str]
    items: int
    percent: int
    alike: Sequence[Alike]

    @property
    def weight(self) -> int:
        return 10 * len(self.functions) + self.percent + 20 * len(self.alike)


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A returned dataset (回流数据) that holds some of the items already."""

    name: str
    department: str
    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """prohibited: what has to go. provided: functions that the portal does for everybody. registered: items that the
    registry keeps, so that they can be read instead of being collected once more."""

    prohibited: Sequence[Prohibited]
    provided: Sequence[str]
    systems: Sequence[SystemOverlap]
    forms: Sequence[FormOverlap]
    datasets: Sequence[GivenBack]
    registered: Sequence[DataItem]


def compare_filing(filing: Filing, items: Sequence[DataItem]) -> Comparison:
    """Five queries, however many systems there are. filing: `system.department` joined."""
    codes = {item.code for item in items}
    area_code = filing.system.department.area_id
    return Comparison(
        prohibited=find_prohibited(filing.functions, filing.summary, filing.description, filing.necessity),
        provided=[Function(one).label for one in filing.functions if one in PROVIDED],
        systems=_systems_like(filing, codes)[:MOST],
        forms=find_forms_asking(codes, area_code=area_code, among=len(codes)).forms[:MOST],
        datasets=_datasets_with(codes, area_code),
        registered=[item for item in items if is_stored(item)],
    )


def _systems_like(filing: Filing, codes: Set[str]) -> list[SystemOverlap]:
    """Systems in use in the district with something in common, the most alike first."""
    lines = lines_of(filing.description)
    others = _list_others(filing)
    found = [
        SystemOverlap(
            system=other,
            functions=[Function(one).label for one in live.functions if one in filing.functions],
            items=(shared := len(codes & {item.pk for item in live.items.all()})),
            percent=100 * shared // len(codes) if codes else 0,
            alike=find_alike(lines, lines_of(live.description)),
        )
        for other in others
        if (live := other.live) is not None
    ]
    return sorted((one for one in found if one.weight), key=lambda one: (-one.weight, one.system.name))


def _list_others(filing: Filing) -> list[System]:
    district = subtree(ancestor(filing.system.department.area_id, Level.DISTRICT), Level.DISTRICT)
    found = System.objects.filter(
        state__in=(System.State.ADMITTED, System.State.SUSPENDED), department__area__code__range=district
    )
    return list(found.exclude(pk=filing.system_id).select_related("department", "live").prefetch_related("live__items"))


def _datasets_with(codes: Collection[str], area_code: int) -> list[GivenBack]:
    """Published datasets of the district that hold one of the items."""
    district = subtree(ancestor(area_code, Level.DISTRICT), Level.DISTRICT)
    fields = DatasetField.objects.filter(
        version=F("version__dataset__live"), item_id__in=codes, version__dataset__department__area__code__range=district
    )
    named: dict[tuple[int, str, str], list[str]] = {}
    columns = ("version__dataset_id", "version__dataset__name", "version__dataset__department__name", "item__name")
    for pk, name, department, item in fields.order_by("version__dataset_id", "item__position").values_list(*columns):
        named.setdefault((pk, name, department), []).append(item)
    return [GivenBack(name, department, items) for (_, name, department), items in named.items()]
