"""Returned data as a leaf of a condition, {"returned": "12"}: of whom there is a record in that dataset, under a grant.

True or false where the running transaction reads records of the community in which the person lives, unknown
elsewhere: no grant is no answer, also not to "has none". See docs/decisions/0029.
"""

from datetime import date

from django.db.models import BooleanField, Case, Exists, F, Func, OuterRef, Q, Value, When
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import SPAN, Level
from accounts.rls import either_among, within_scope
from data_return.models import Dataset, Grant, ReturnedRecord
from data_return.selectors.datasets import list_items
from data_return.sight import DATASETS_READ, PLACES_READ, places_of, reading_of
from registry.conditions import BadCondition
from registry.leaf_kinds import Leaf, LeafKind, Part
from registry.models import Entity

WORD = "returned"
UNKNOWN_DATASET = "条件里有目录里没有的回流数据集,请重新选择。"


def compile_leaf(leaf: Leaf, subject: str, on: date) -> Q:
    """Raises BadCondition."""
    dataset = find_dataset(leaf)
    if dataset is None:
        raise BadCondition(UNKNOWN_DATASET)
    if dataset.subject != Entity.PERSON or subject != Entity.PERSON:
        raise BadCondition(f"“{dataset}”只能用作居民名册的条件,而且要是关于居民的数据集。")
    return has_record(dataset.pk)


def has_record(dataset_id: int) -> Q:
    """People with a record there, in the community where they live."""
    span = SPAN[Level.COMMUNITY]
    low = OuterRef("area_code") - OuterRef("area_code") % Value(span)
    records = ReturnedRecord.objects.filter(
        district=OuterRef("district"),
        dataset_id=dataset_id,
        person_id=OuterRef("pk"),
        area_code__gte=low,
        area_code__lt=low + Value(span),
    )
    found = Case(When(_readable(dataset_id), then=Exists(records)), default=None, output_field=BooleanField())
    return Q(found)


def describe_leaf(leaf: Leaf) -> str:
    dataset = find_dataset(leaf)
    return f"有回流数据“{dataset}”" if dataset else "有回流数据(目录里没有)"


def list_parts(leaf: Leaf) -> list[Part]:
    """At the level of the highest item of the dataset."""
    dataset = find_dataset(leaf)
    if dataset is None or dataset.live is None:
        return []
    level = max((item.level for item in list_items(dataset.live)), default=1)
    return [Part(f"{WORD}:{dataset.pk}", f"回流数据:{dataset}", level)]


def list_choices(actor: Actor) -> dict[str, str]:
    """Datasets about people that the post's department may use, or that a post of an area reads."""
    usable = usable_datasets(actor.department_id) if actor.department_id is not None else read_datasets(actor)
    found = Dataset.objects.filter(pk__in=usable, subject=Entity.PERSON, live__isnull=False).order_by("name", "pk")
    return {str(one.pk): f"有回流数据:{one.name}" for one in found}


def read_datasets(actor: Actor) -> frozenset[int]:
    """Keys of those of which the post reads records somewhere; the policies know it from now on."""
    reading = reading_of(actor)
    return reading.whole | {dataset for dataset, _ in reading.parts}


def usable_datasets(department_id: int) -> frozenset[int]:
    """Keys of those that may choose whom a department's form asks about: its own, and those of live grants to it."""
    own = Dataset.objects.filter(department=department_id, live__isnull=False).values_list("pk", flat=True)
    grants = Grant.objects.live_on(localdate()).filter(department=department_id)
    return frozenset(own) | frozenset(grants.values_list("dataset_id", flat=True))


def find_dataset(leaf: Leaf) -> Dataset | None:
    code = str(leaf[WORD])
    if not (code.isascii() and code.isdigit() and len(code) < 19):
        return None
    return Dataset.objects.select_related("live").filter(pk=int(code), live__isnull=False).first()


def _readable(dataset_id: int) -> Func:
    """Whether the policies let the running transaction read records of the community where the person lives."""
    first, _ = places_of(dataset_id, (0, 0))
    code = "%(expressions)s"
    place = f"{first} + ({code}) / {SPAN[Level.COMMUNITY]}"
    rule = f"{within_scope(code)} AND {either_among(str(dataset_id), DATASETS_READ, place, PLACES_READ)}"
    return Func(F("area_code"), template=f"({rule})", output_field=BooleanField())


LEAF = LeafKind(WORD, "回流数据", compile_leaf, describe_leaf, list_parts, list_choices, granted=True)
