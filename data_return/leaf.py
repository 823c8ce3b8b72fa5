"""Returned data as a leaf of a condition, under a grant: {"returned": "12"}, of whom there is a record in that dataset.

With an item it compares what the newest record says: {"returned": "12", "item": "person.age", "op": ">=", "value": 80};
who has no record is then unknown, as who has no value in the registry is. True or false where the running transaction
reads records of the community in which the person lives, unknown elsewhere: no grant is no answer, also not to "has
none". See docs/decisions/0029.
"""

from datetime import date

from django.db.models import BooleanField, Case, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import SPAN, Level
from accounts.rls import either_among, within_scope
from data_return.models import Dataset, Grant, ReturnedRecord
from data_return.selectors.datasets import list_items
from data_return.sight import DATASETS_READ, PLACES_READ, places_of, reading_of
from registry.catalogue import get_catalogue
from registry.condition_rows import list_condition_items
from registry.conditions import BadCondition, compare, describe_comparison
from registry.expressions import CASTS
from registry.leaf_kinds import Leaf, LeafKind, Part
from registry.models import DataItem, Entity

WORD = "returned"
UNKNOWN_DATASET = "条件里有目录里没有的回流数据集,请重新选择。"
UNKNOWN_ITEM = "条件里有回流数据集没有的数据项,请重新选择。"


def compile_leaf(leaf: Leaf, subject: str, on: date) -> Q:
    """Raises BadCondition."""
    dataset = find_dataset(leaf)
    if dataset is None:
        raise BadCondition(UNKNOWN_DATASET)
    if dataset.subject != Entity.PERSON or subject != Entity.PERSON:
        raise BadCondition(f"“{dataset}”只能用作居民名册的条件,而且要是关于居民的数据集。")
    return _compares(dataset, leaf) if "item" in leaf else has_record(dataset.pk)


def has_record(dataset_id: int) -> Q:
    """People with a record there, in the community where they live."""
    return _answered(dataset_id, Exists(_records(dataset_id)))


def describe_leaf(leaf: Leaf) -> str:
    dataset = find_dataset(leaf)
    if dataset is None:
        return "有回流数据(目录里没有)"
    if "item" not in leaf:
        return f"有回流数据“{dataset}”"
    return f"回流数据“{dataset}”的{describe_comparison(leaf, get_catalogue())}"


def list_parts(leaf: Leaf) -> list[Part]:
    """At the level of the highest item of the dataset."""
    dataset = find_dataset(leaf)
    if dataset is None or dataset.live is None:
        return []
    level = max((item.level for item in list_items(dataset.live)), default=1)
    return [Part(f"{WORD}:{dataset.pk}", f"回流数据:{dataset}", level)]


def list_choices(actor: Actor) -> dict[str, str]:
    """Datasets about people that the post's department may use, with the items; or those that a post of an area reads.

    Items are those that a roster may be limited by: none that is about one person alone.
    """
    codes = usable_codes(actor.department_id) if actor.department_id is not None else map(str, read_datasets(actor))
    usable = frozenset(codes)
    keys = {int(code) for code in usable if code.isdigit()}
    offered = {item.code for item in list_condition_items(get_catalogue())}
    found: dict[str, str] = {}
    for dataset in Dataset.objects.filter(pk__in=keys, subject=Entity.PERSON, live__isnull=False).order_by(
        "name", "pk"
    ):
        found[str(dataset.pk)] = f"有回流数据:{dataset.name}"
        items = sorted(code for code in usable if code.startswith(f"{dataset.pk}:"))
        names = {code: get_catalogue().item(code.partition(":")[2]) for code in items}
        found |= {code: f"{dataset.name}:{item.name}" for code, item in names.items() if item.code in offered}
    return found


def read_datasets(actor: Actor) -> frozenset[int]:
    """Keys of those of which the post reads records somewhere; the policies know it from now on."""
    reading = reading_of(actor)
    return reading.whole | {dataset for dataset, _ in reading.parts}


def usable_codes(department_id: int) -> frozenset[str]:
    """Codes of leaves by which a department's form may choose people: of its own datasets, and of live grants to it."""
    held = Dataset.objects.filter(department=department_id, live__isnull=False)
    own = list(held.values_list("pk", "live__items"))
    grants = Grant.objects.live_on(localdate()).filter(department=department_id)
    granted = [(dataset, item) for dataset, items in grants.values_list("dataset", "items") for item in items]
    return frozenset(code for dataset, item in (*own, *granted) for code in (str(dataset), f"{dataset}:{item}"))


def find_dataset(leaf: Leaf) -> Dataset | None:
    code = str(leaf[WORD])
    if not (code.isascii() and code.isdigit() and len(code) < 19):
        return None
    return Dataset.objects.select_related("live").filter(pk=int(code), live__isnull=False).first()


def _compares(dataset: Dataset, leaf: Leaf) -> Q:
    """People of whom the newest record says so."""
    item = get_catalogue().items.get(str(leaf["item"]))
    if item is None or dataset.live is None or not dataset.live.items.filter(pk=item.pk).exists():
        raise BadCondition(UNKNOWN_ITEM)
    return _answered(dataset.pk, compare(item, _value(dataset.pk, item), leaf, get_catalogue()))


def _value(dataset_id: int, item: DataItem) -> Cast | Subquery:
    text = KeyTextTransform(item.code, "values")
    newest = Subquery(_records(dataset_id).order_by("-observed_on", "pk").values(text=text)[:1])
    return Cast(newest, CASTS[item.type]) if item.type in CASTS else newest


def _records(dataset_id: int) -> QuerySet[ReturnedRecord]:
    """Of the person of the outer query, in the community where they live."""
    span = SPAN[Level.COMMUNITY]
    low = OuterRef("area_code") - OuterRef("area_code") % Value(span)
    return ReturnedRecord.objects.filter(
        district=OuterRef("district"),
        dataset_id=dataset_id,
        person_id=OuterRef("pk"),
        area_code__gte=low,
        area_code__lt=low + Value(span),
    )


def _answered(dataset_id: int, found: Combinable) -> Q:
    """Unknown where the running transaction does not read."""
    return Q(Case(When(_readable(dataset_id), then=found), default=None, output_field=BooleanField()))


def _readable(dataset_id: int) -> Func:
    """Whether the policies let the running transaction read records of the community where the person lives."""
    first, _ = places_of(dataset_id, (0, 0))
    code = "%(expressions)s"
    place = f"{first} + ({code}) / {SPAN[Level.COMMUNITY]}"
    rule = f"{within_scope(code)} AND {either_among(str(dataset_id), DATASETS_READ, place, PLACES_READ)}"
    return Func(F("area_code"), template=f"({rule})", output_field=BooleanField())


LEAF = LeafKind(WORD, "回流数据", compile_leaf, describe_leaf, list_parts, list_choices, granted=True)
