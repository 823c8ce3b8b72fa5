"""A data item as an SQL expression, seen from a subject: what prefill, conditions, statistics and lists compile to.

Everything is Django expressions: joins come from the foreign keys, values are parameters, nothing is user text.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import models
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DateField,
    DecimalField,
    Expression,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Extract, NullIf
from django.db.models.lookups import Exact

from accounts.codes import SPAN, Level
from accounts.models import Area, Post
from accounts.roles import Role
from registry.catalogue import column_of
from registry.models import DataItem, Entity, ItemType, Person

PATHS: dict[tuple[str, str], str] = {
    (Entity.PERSON, Entity.HOUSEHOLD): "household__",
    (Entity.PERSON, Entity.DWELLING): "dwelling__",
    (Entity.HOUSEHOLD, Entity.PERSON): "head__",
}
"""(subject, entity of the item) -> relation. A person's household items come from their household, and so on."""


class Amount(DecimalField[Any, Any]):
    """A number without a fixed count of places: what lies in `attributes` is neither rounded nor too large for it."""

    def db_type(self, connection: Any) -> str:
        return "numeric"


CASTS: "dict[str, models.Field[Any, Any]]" = {
    ItemType.INTEGER: IntegerField(),
    ItemType.DECIMAL: Amount(),
    ItemType.BOOLEAN: BooleanField(),
    ItemType.DATE: DateField(),
}
AREA_LEVELS = {
    "area.province": Level.PROVINCE,
    "area.city": Level.CITY,
    "area.district": Level.DISTRICT,
    "area.town": Level.TOWN,
    "area.community": Level.COMMUNITY,
    "area.grid": Level.GRID,
    "area.microgrid": Level.MICROGRID,
}


Sql = Expression | F | Subquery
Derived = Callable[[str, date], Sql]


class NotReachable(LookupError):
    """The item cannot be seen from that subject, so a column bound to it arrives empty."""


def item_expression(item: DataItem, subject: str, *, on: date) -> Sql:
    """The item's canonical value as SQL: NULL where unknown. on: reporting date, for ages.

    Raises NotReachable. Sealed items give their ciphertext.
    """
    derived = DERIVED.get(item.code)
    if derived is not None:
        return derived(subject, on)
    if item.code in AREA_LEVELS:
        return _area_name(AREA_LEVELS[item.code])
    path = path_to(item, subject)
    column = column_of(item)
    if column is None:
        return _attribute(item, path)
    return _blank_as_null(f"{path}{column}", item)


def path_to(item: DataItem, subject: str) -> str:
    """Relation prefix from the subject to the row that stores the item. Raises NotReachable."""
    return relation_to(item.entity, subject)


def relation_to(entity: str, subject: str) -> str:
    """Relation prefix from the subject to its one row of that entity, "" to itself. Raises NotReachable."""
    return "" if entity == subject else _path(subject, entity)


def _attribute(item: DataItem, path: str) -> Sql:
    text = KeyTextTransform(item.code, f"{path}attributes")
    return Cast(text, CASTS[item.type]) if item.type in CASTS else text


def _blank_as_null(column: str, item: DataItem) -> Sql:
    return F(column) if item.type in CASTS else NullIf(F(column), Value(""), output_field=TextField())


def _area_name(level: Level, column: str = "area_code") -> Sql:
    """Name of the area of that level which holds the row."""
    code = _ancestor(OuterRef(column), SPAN[level])
    return Subquery(Area.objects.filter(code=code, level=level).values("name"), output_field=CharField())


def _grid_worker(subject: str, on: date) -> Sql:
    """Name of the grid worker in charge: of the microgrid, else of the grid."""
    in_charge = Q()
    for level in (Level.MICROGRID, Level.GRID):
        in_charge |= Q(area__code=_ancestor(OuterRef("area_code"), SPAN[level]))
    posts = Post.objects.valid_on(on).filter(in_charge, role=Role.GRID_WORKER)
    return Subquery(posts.order_by("-area_id", "pk").values("user__full_name")[:1], output_field=CharField())


def _ancestor(code: Any, span: int) -> Any:
    return code - code % Value(span)


def _age(subject: str, on: date) -> Sql:
    """Whole years at the reporting date."""
    born = F(f"{_to_person(subject)}birth_date")
    years = Extract(Func(Value(on, DateField()), born, function="age"), "year")
    return Cast(years, IntegerField())


def _to_person(subject: str) -> str:
    if subject == Entity.PERSON:
        return ""
    return _path(subject, Entity.PERSON)


def _to_household(subject: str) -> str:
    if subject == Entity.HOUSEHOLD:
        return ""
    return _path(subject, Entity.HOUSEHOLD)


def _path(subject: str, entity: str) -> str:
    try:
        return PATHS[subject, entity]
    except KeyError:
        raise NotReachable(f"{subject} -> {entity}") from None


def _head(column: str) -> Derived:
    """An item of the head (户主) of the subject's household."""

    def expression(subject: str, on: date) -> Sql:
        return NullIf(F(f"{_to_household(subject)}head__{column}"), Value(""), output_field=TextField())

    return expression


def _members(column: str) -> Derived:
    """How many members of the household have `column` inside the household's own community."""

    def expression(subject: str, on: date) -> Sql:
        path = _to_household(subject)
        first = _ancestor(OuterRef(f"{path}area_code"), SPAN[Level.COMMUNITY])
        members = Person.objects.filter(
            household_id=OuterRef(f"{path}pk"),
            closed_on=None,
            **{f"{column}__gte": first, f"{column}__lt": first + Value(SPAN[Level.COMMUNITY])},
        )
        counted = members.order_by().values("household_id").annotate(n=Count("pk")).values("n")
        # A group of nobody has no row; without a household the number is unknown.
        number = Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
        return Case(When(**{f"{path}pk__isnull": False}, then=number)) if path else number

    return expression


def _consistency(subject: str, on: date) -> Sql:
    """人户一致标识: 01 lives where registered, 02 separated."""
    path, span = _to_person(subject), SPAN[Level.COMMUNITY]
    lives = _ancestor(F(f"{path}area_code"), span)
    registered = _ancestor(F(f"{path}registered_area_code"), span)
    same = When(Exact(lives, registered), then=Value("01"))
    apart = When(**{f"{path}pk__isnull": False}, then=Value("02"))  # who has no head is neither
    return Case(same, apart, output_field=CharField())


def _registered_area(subject: str, on: date) -> Sql:
    return _area_name(Level.COMMUNITY, f"{_to_person(subject)}registered_area_code")


def _residence_area(subject: str, on: date) -> Sql:
    return _area_name(Level.COMMUNITY, f"{_to_person(subject)}area_code")


DERIVED: dict[str, Derived] = {
    "area.grid_worker": _grid_worker,
    "person.age": _age,
    "person.household_consistency": _consistency,
    "person.registered_area": _registered_area,
    "person.residence_area": _residence_area,
    "household.head_name": _head("name"),
    "household.head_phone": _head("phone"),
    "household.head_id_number": _head("id_number_sealed"),
    "household.registered_count": _members("registered_area_code"),
    "household.resident_count": _members("area_code"),
}
"""Items that are never stored (推算项)."""
