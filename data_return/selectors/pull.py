"""Reads of connectors: those of the department, one with its runs, its desk, and what an officer has to look at."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.errors import NotFound
from accounts.models import Job, Post
from data_return.models import Channel, Connector, Dataset, PullRun, QuarantinedRow
from data_return.pull.drift import WORDS
from registry.catalogue import Catalogue, get_catalogue
from registry.masking import show
from registry.models import DataItem
from registry.rules import ItemSpec, ValueRefused, parse_value

TEST = "data_return.test_connector"
"""Kind of the job that reads a sample."""
RUNS, DESK = 30, 100
NOT_READABLE = "(看不懂的内容)"


@dataclass(frozen=True, slots=True)
class ConnectorLine:
    """bad: rows at the desk. orphaned: it is on, and the post that switched it on has ended."""

    connector: Connector
    run: PullRun | None
    bad: int
    orphaned: bool


@dataclass(frozen=True, slots=True)
class DeskLine:
    """reasons: (field's item, message). cells: (item, text masked for the reader)."""

    row: QuarantinedRow
    reasons: list[tuple[str, str]]
    cells: list[tuple[str, str]]


def list_connectors(*, actor: Actor) -> list[ConnectorLine]:
    """Those of the actor's department. Four queries."""
    connectors = list(Connector.objects.visible_to(actor).select_related("dataset", "channel", "schedule"))
    keys = [one.pk for one in connectors]
    last = PullRun.objects.filter(connector__in=keys).order_by("connector_id", "-pk").distinct("connector_id")
    runs = {run.connector_id: run for run in last}
    waiting = QuarantinedRow.objects.visible_to(actor).filter(connector__in=keys, state=QuarantinedRow.State.WAITING)
    counts = dict(waiting.order_by().values_list("connector").annotate(count=Count("pk")))
    valid = _valid_posts(connectors)
    return [
        ConnectorLine(one, runs.get(one.pk), counts.get(one.pk, 0), one.is_on and one.post_id not in valid)
        for one in connectors
    ]


def get_connector(*, actor: Actor, pk: int) -> Connector:
    """One of them with its channel, dataset and schedule. Raises NotFound."""
    joined = ("channel", "dataset__live", "schedule", "post__user")
    found = Connector.objects.visible_to(actor).select_related(*joined).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def is_orphaned(connector: Connector) -> bool:
    return connector.is_on and connector.post_id not in _valid_posts([connector])


def list_runs(connector: Connector) -> list[PullRun]:
    """The last first."""
    return list(PullRun.objects.filter(connector=connector)[:RUNS])


def list_desk(*, actor: Actor, connector: Connector) -> tuple[list[DeskLine], int]:
    """Rows that wait for a decision, the oldest first, and how many there are."""
    waiting = QuarantinedRow.objects.visible_to(actor).filter(connector=connector, state=QuarantinedRow.State.WAITING)
    rows, catalogue = list(waiting.order_by("pk")[:DESK]), get_catalogue()
    return [_desk_line(row, connector, actor, catalogue) for row in rows], waiting.count()


def list_drift(connector: Connector) -> tuple[list[tuple[str, str]], list[str]]:
    """(name of the item, what happened to its field), and new fields."""
    catalogue = get_catalogue()
    stopped = connector.drift.get("stopped", {})
    told = [(catalogue.item(code).name, WORDS[why]) for code, why in stopped.items() if code in catalogue.items]
    return told, connector.drift.get("new", [])


def list_alarms(*, actor: Actor) -> QuerySet[Connector]:
    """Connectors to look at: the source fails or changed, rows wait, or the post that switched it on has ended."""
    own = Connector.objects.visible_to(actor)
    waiting = QuarantinedRow.objects.visible_to(actor).filter(state=QuarantinedRow.State.WAITING)
    broken = Q(is_on=True) & (~Q(fault="") | ~Q(drift={}) | ~Q(post__in=Post.objects.valid_on(localdate())))
    return own.filter(broken | Q(pk__in=waiting.order_by().values("connector")))


def list_open_datasets(*, actor: Actor) -> QuerySet[Dataset]:
    """Datasets of the actor's department that nothing brings yet."""
    return Dataset.objects.kept_by(actor).filter(connector=None).order_by("name", "pk")


def list_usable_channels(*, actor: Actor) -> QuerySet[Channel]:
    return Channel.objects.visible_to(actor).order_by("name", "pk")


def find_own_test(*, actor: Actor, connector: Connector) -> Job | None:
    """The actor's last test of it, running or over; jobs belong to who asked."""
    return Job.objects.filter(kind=TEST, post_id=actor.post_id, params__connector_id=connector.pk).first()


def _valid_posts(connectors: list[Connector]) -> set[int]:
    posts = Post.objects.valid_on(localdate()).filter(pk__in=[one.post_id for one in connectors])
    return set(posts.values_list("pk", flat=True))


def _desk_line(row: QuarantinedRow, connector: Connector, actor: Actor, catalogue: Catalogue) -> DeskLine:
    def name_of(code: str) -> str:
        return str(catalogue.item(code).name) if code in catalogue.items else ""

    raw = row.raw
    cells = [
        (name_of(code), _masked(catalogue.item(code), raw.get(field), actor, catalogue))
        for code, field in connector.mapping.items()
        if code in catalogue.items
    ]
    return DeskLine(row, [(name_of(one["item"]), one["message"]) for one in row.reasons], cells if raw else [])


def _masked(item: DataItem, raw: object, actor: Actor, catalogue: Catalogue) -> str:
    """What cannot be read as the item cannot be masked as it either: it is not shown."""
    try:
        value = parse_value(ItemSpec.of(item), raw, catalogue.spellings(item.code) or None)
    except ValueRefused:
        return NOT_READABLE
    return show(item, value, actor.clearance, catalogue)
