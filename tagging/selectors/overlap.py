"""How far two tags reach the same subjects (标签重叠): both, only one, only the other, by area."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, F, Q, Value

from accounts.actors import Actor
from accounts.codes import SPAN
from accounts.errors import DomainError
from accounts.models import Area
from accounts.rights import VIEW_RESIDENTS, holds
from accounts.suppression import TOTAL, Tree, withhold
from tagging.models import SubjectTags, Tag
from tagging.selectors.counts import ROOT
from tagging.selectors.statistics import below, name_parts


class OtherSubject(DomainError):
    code = "other_subject"
    default = "两个标签的对象不同,不能比较重叠。请选同一种对象的标签。"


@dataclass(frozen=True, slots=True)
class Shared:
    """name: of the area. Numbers are None where the line is withheld."""

    name: str
    both: int | None
    first_only: int | None
    second_only: int | None


@dataclass(frozen=True, slots=True)
class Overlap:
    first: Tag
    second: Tag
    total: Shared
    areas: list[Shared]

    @property
    def share(self) -> int | None:
        """How many in a hundred of those with either tag carry both, rounded down; None where that is not shown."""
        if self.total.both is None or self.total.first_only is None or self.total.second_only is None:
            return None
        either = self.total.both + self.total.first_only + self.total.second_only
        return 100 * self.total.both // either if either else None


def count_overlap(*, actor: Actor, place: Area, first: Tag, second: Tag) -> Overlap:
    """Of who lives there. Two queries. The caller has seen to it that the post may know who carries either tag.

    Raises OtherSubject.
    """
    if first.subject != second.subject:
        raise OtherSubject
    counted = {code: Counter(counts) for code, counts in _count(actor, place, first, second)}
    whole = sum(counted.values(), Counter())
    out = set() if holds(actor, VIEW_RESIDENTS) else _withheld(counted, whole)
    names = name_parts(place, counted)
    lines = [_line(names[code], counted[code], shown=code not in out) for code in sorted(counted)]
    return Overlap(first, second, _line(place.name, whole, shown=ROOT not in out), lines)


def _count(actor: Actor, place: Area, first: Tag, second: Tag) -> Iterable[tuple[int, dict[str, int]]]:
    """(area, numbers): one grouped query."""
    carriers = SubjectTags.objects.visible_to(actor).filter(entity=first.subject, area_code__range=place.range)
    parted = carriers.filter(tags__overlap=[first.pk, second.pk]).order_by()
    parted = parted.annotate(part=F("area_code") - F("area_code") % Value(SPAN[below(place)])).values("part")
    has_first, has_second = Q(tags__contains=[first.pk]), Q(tags__contains=[second.pk])
    counted = parted.annotate(
        both=Count("subject_id", filter=has_first & has_second),
        first_only=Count("subject_id", filter=has_first & ~has_second),
        second_only=Count("subject_id", filter=has_second & ~has_first),
    )
    for row in counted:
        yield row.pop("part"), row | {TOTAL: sum(row.values())}


def _withheld(counted: dict[int, Counter[str]], whole: Counter[str]) -> set[int]:
    tree = Tree(ROOT, dict.fromkeys(counted, ROOT), counted | {ROOT: whole})
    return withhold(tree, small=settings.SMALL_COUNT)


def _line(name: str, counts: Counter[str], *, shown: bool) -> Shared:
    if not shown:
        return Shared(name, None, None, None)
    return Shared(name, counts["both"], counts["first_only"], counts["second_only"])
