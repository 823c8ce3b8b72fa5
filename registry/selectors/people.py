"""Reads of people."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Value

from accounts.actors import Actor
from accounts.codes import SPAN, Level, Range
from accounts.recall import recall
from registry.catalogue import get_catalogue
from registry.marks import NOTHING, Wanted, subjects_with
from registry.models import Entity, Person
from registry.selectors.search import SPELLED, people_matching
from registry.selectors.subjects import subjects_of

MARKS = ("person.is_elderly_alone", "person.is_empty_nest", "person.is_low_income", "person.is_disabled")
"""Yes/no items that a list may be narrowed to, if the reader sees them unmasked."""
MOST_PICKED = 8
WIDE = frozenset({Level.TOWN, Level.DISTRICT, Level.CITY, Level.PROVINCE})


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """living: "", resident (常住), registered (户籍) or separated (人户分离). area: range inside the scope."""

    text: str = ""
    living: str = ""
    sex: str = ""
    age_from: int | None = None
    age_to: int | None = None
    area: Range | None = None
    marks: tuple[str, ...] = ()
    closed: bool = False
    tags: Wanted = NOTHING


@dataclass(frozen=True, slots=True)
class PeopleCounts:
    """total: everybody in the list; resident (常住) live inside the scope, registered (户籍) are registered there."""

    total: int
    resident: int
    registered: int
    separated: int


def marks_for(actor: Actor) -> list[str]:
    catalogue, standing = get_catalogue(), actor.at_standing().clearance
    return [code for code in MARKS if catalogue.item(code).level <= standing]


def list_people(*, actor: Actor, wanted: PeopleFilter, on: date) -> QuerySet[Person]:
    """People the actor may see. on: today, for ages. Unordered: paging orders."""
    found = subjects_of(Entity.PERSON, actor).filter(closed_on__isnull=not wanted.closed)
    if wanted.text:
        found = found.annotate(spelled=SPELLED).filter(people_matching(wanted.text, clearance=actor.clearance))
    found = found.filter(_living(actor, wanted.living), _aged(wanted, on))
    if wanted.sex:
        found = found.filter(sex=wanted.sex)
    if wanted.area:
        found = found.within(wanted.area)  # type: ignore[attr-defined]
    found = found.filter(subjects_with(actor, Entity.PERSON, wanted.tags))
    allowed = set(wanted.marks) & set(marks_for(actor))
    return found.filter(**{code.removeprefix("person."): True for code in allowed})


def count_people(people: QuerySet[Person], actor: Actor) -> PeopleCounts:
    """All four counts in one query; of a town or district those of the last minutes: who reads there changes nobody."""
    if actor.area_level not in WIDE:
        return _count(people, actor)
    try:
        with connection.cursor() as cursor:
            asked = cursor.mogrify(*people.query.sql_with_params())
    except EmptyResultSet:
        return _count(people, actor)
    return recall(f"people {asked!r}", PeopleCounts, lambda: _count(people, actor), seconds=300)


def _count(people: QuerySet[Person], actor: Actor) -> PeopleCounts:
    counted = people.aggregate(
        total=Count("pk"),
        resident=Count("pk", filter=_living(actor, "resident")),
        registered=Count("pk", filter=_living(actor, "registered")),
        separated=Count("pk", filter=SEPARATED),
    )
    return PeopleCounts(**counted)


def pick_people(*, actor: Actor, text: str) -> list[Person]:
    """A few people for a picker, such as those concerned by an event; none for an empty search."""
    if not text.strip():
        return []
    found = list_people(actor=actor, wanted=PeopleFilter(text=text), on=date.min)
    return list(found.order_by("area_code", "pk")[:MOST_PICKED])


def list_people_by_ids(*, actor: Actor, ids: list[int]) -> list[Person]:
    """Those of the ids that the actor may see."""
    return list(Person.objects.visible_to(actor).filter(pk__in=ids).order_by("area_code", "pk"))


def _community(column: str) -> F:
    code = F(column)
    return code - code % Value(SPAN[Level.COMMUNITY])  # type: ignore[return-value]


SEPARATED = ~Q(registered_area_code__gte=_community("area_code")) | Q(
    registered_area_code__gte=_community("area_code") + Value(SPAN[Level.COMMUNITY])
)
"""Lives in one community, is registered in another or outside (人户分离)."""


def _living(actor: Actor, living: str) -> Q:
    scope = actor.scope or (0, -1)
    return {
        "resident": Q(area_code__range=scope),
        "registered": Q(registered_area_code__range=scope),
        "separated": SEPARATED,
    }.get(living, Q())


def _aged(wanted: PeopleFilter, on: date) -> Q:
    """Whole years on that day, told by the birth date so that an index can help."""
    found = Q()
    if wanted.age_from is not None:
        found &= Q(birth_date__lte=_years_before(on, wanted.age_from))
    if wanted.age_to is not None:
        found &= Q(birth_date__gt=_years_before(on, wanted.age_to + 1))
    return found


def _years_before(on: date, years: int) -> date:
    """The same day `years` earlier; 29 February becomes 28 in a common year, as PostgreSQL's age() counts."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)
