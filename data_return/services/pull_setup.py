"""How a connector is set up (对接设置): source, test and sample, fields, schedule and limits, on and off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django_celery_beat.models import CrontabSchedule

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict, DomainError, NotFound
from accounts.jobs import Outside, Steps, start_job
from accounts.models import Job
from accounts.rights import CONNECT_SYSTEMS, require
from data_return.connectors.kinds import Page, SourceKind, Wanted, every_kind
from data_return.models import Channel, Connector, Dataset, PullRun
from data_return.models.datasets import NAMED_BY
from data_return.pull.proposing import sample_fields
from data_return.pull.schedule import next_time
from data_return.selectors.datasets import get_kept, list_items
from data_return.selectors.pull import TEST, get_connector
from data_return.services.channels import open_channel
from data_return.services.pull import lock_connector, wake_worker
from registry.catalogue import get_catalogue

SAMPLE_ROWS = 20


class NotReady(DomainError):
    code = "connector_not_ready"


@dataclass(frozen=True, slots=True)
class Fields:
    """What the officer says of the source's fields. mapping: item code -> field."""

    mapping: Mapping[str, str]
    key_field: str = ""
    updated_field: str = ""
    deletes: str = Connector.Deletes.NEVER
    gone_field: str = ""
    gone_value: str = ""


@transaction.atomic
def register_connector(
    *, actor: Actor, dataset: Dataset, channel: Channel, kind: str, asks: Mapping[str, Any]
) -> Connector:
    """What brings a dataset of the actor's department over one of its channels; it is off.

    Raises NotFound, Conflict where the dataset has one.
    """
    require(actor, CONNECT_SYSTEMS)
    kept = get_kept(actor=actor, pk=dataset.pk).dataset
    if not Channel.objects.visible_to(actor).filter(pk=channel.pk, kind__in=every_kind()[kind].channels).exists():
        raise NotFound
    connector = Connector(channel=channel, dataset=kept, kind=kind, asks=dict(asks), post_id=actor.post_id)
    try:
        with transaction.atomic():
            connector.save()
    except IntegrityError:
        raise Conflict("这个数据集已经有对接,请直接修改。") from None
    record(actor, "pull.registered", connector, dataset=kept.pk, channel=channel.pk)
    return connector


@transaction.atomic
def change_source(*, actor: Actor, connector: Connector, asks: Mapping[str, Any]) -> None:
    """It is read from the beginning: up to where the other place was read says nothing of this one. Raises NotFound."""
    locked = lock_connector(actor, connector)
    if locked.asks != dict(asks):
        locked.asks, locked.sample = dict(asks), ""
        _begin_anew(locked)
        locked.save(update_fields=["asks", "sample", "mark"])
    record(actor, "pull.source_changed", locked)


@transaction.atomic
def start_test(*, actor: Actor, connector: Connector) -> Job:
    """Raises NotFound."""
    found = lock_connector(actor, connector)
    record(actor, "pull.tested", found)
    return start_job(actor, TEST, connector_id=found.pk)


def test_connector(actor: Actor, job: Job, *, connector_id: int) -> Steps:
    """Read a few rows and keep what they look like, masked. Safe to repeat. What the source does wrong ends the job."""
    connector = get_connector(actor=actor, pk=connector_id)
    names, page = yield Outside(lambda: _read_some(connector))
    dataset = connector.dataset
    items = list_items(dataset.live) if dataset.live else []
    shown = sample_fields(names or list(page.columns), page.columns, page.size, items, actor.clearance)
    locked = lock_connector(actor, connector)
    locked.seal_sample({"rows": page.size, "total": page.total, "fields": [one.as_dict() for one in shown]})
    locked.save(update_fields=["sample"])
    return {"connector": connector.pk}


@transaction.atomic
def map_fields(*, actor: Actor, connector: Connector, fields: Fields) -> None:
    """Raises NotFound, NotReady (field names the one that is missing)."""
    locked = lock_connector(actor, connector)
    _check_fields(locked, fields)
    if (locked.key_field, locked.updated_field) != (fields.key_field, fields.updated_field):
        _begin_anew(locked)
    locked.mapping, locked.key_field, locked.updated_field = (
        dict(fields.mapping),
        fields.key_field,
        fields.updated_field,
    )
    locked.deletes, locked.gone_field, locked.gone_value = fields.deletes, fields.gone_field, fields.gone_value
    locked.fields = [one["name"] for one in locked.open_sample().get("fields", [])] or locked.fields
    locked.accepted, locked.drift = [], {}
    locked.save()
    record(actor, "pull.fields_mapped", locked, items=sorted(fields.mapping), deletes=fields.deletes)


@transaction.atomic
def set_schedule(
    *, actor: Actor, connector: Connector, crontab: Mapping[str, str] | None, limits: Mapping[str, int]
) -> None:
    """crontab: fields of django-celery-beat's, None for none. limits: fields of the connector. Raises NotFound."""
    locked = lock_connector(actor, connector)
    locked.schedule = CrontabSchedule.objects.get_or_create(**crontab)[0] if crontab is not None else None
    for name, value in limits.items():
        setattr(locked, name, value)
    if locked.is_on and not locked.failures:
        locked.due_at = next_time(locked)
    locked.save(update_fields=["schedule", "due_at", *limits])
    record(actor, "pull.scheduled", locked, limits=dict(limits))


@transaction.atomic
def switch_connector(*, actor: Actor, connector: Connector, on: bool) -> None:
    """On, it runs at once and then by its schedule, in the name and scope of the actor's post. Off, a run that is under
    way stops after its page. Raises NotFound, NotReady, Conflict. On while it is on hands it over to the actor."""
    locked = lock_connector(actor, connector)
    if not on and not locked.is_on:
        raise Conflict("这个对接已经停用,请刷新后再看。")
    if on:
        _check_ready(locked)
        locked.post_id, locked.failures, locked.fault, locked.failing_since = actor.post_id, 0, "", None
    locked.is_on, locked.due_at = on, now() if on else None
    locked.lease = locked.lease_until = None
    locked.save(update_fields=["is_on", "post", "due_at", "lease", "lease_until", "failures", "fault", "failing_since"])
    record(actor, "pull.switched", locked, on=on)
    if on:
        transaction.on_commit(lambda: wake_worker(locked.pk))


def _read_some(connector: Connector) -> tuple[tuple[str, ...], Page]:
    """Its fields, where it tells them, and some rows."""
    with open_channel(connector.channel) as channel:
        source: SourceKind = connector.way(channel, connector.asks)
        names = source.list_fields()
        return names, source.read(Wanted(size=SAMPLE_ROWS), {})


def _check_fields(connector: Connector, fields: Fields) -> None:
    named_by = NAMED_BY[connector.dataset.subject]
    if named_by not in fields.mapping:
        name = get_catalogue().item(named_by).name
        raise NotReady(f"请选择哪个字段是“{name}”。没有它,认不出每条数据说的是谁。")
    if connector.way.needs_key and not fields.key_field:
        raise NotReady("请选择编号字段。没有它,不能一页一页地读。", field="key_field")
    if fields.updated_field and not fields.key_field:
        raise NotReady("按更新时间读取时,请同时选择编号字段。", field="key_field")
    if fields.updated_field and not connector.way.knows_changes(connector.asks):
        raise NotReady("这个来源没有设置按更新时间查询,请不选,或先修改来源。", field="updated_field")
    if fields.deletes == Connector.Deletes.MARK and not (fields.gone_field and fields.gone_value):
        raise NotReady("请选择删除标记字段,并写明表示已删除的值。", field="gone_field")
    if fields.deletes == Connector.Deletes.WHOLE and fields.updated_field:
        raise NotReady("按更新时间只读有变化的,看不出谁被删除了。请改用删除标记,或不选更新时间字段。", field="deletes")


def _check_ready(connector: Connector) -> None:
    if connector.dataset.live is None:
        raise NotReady("这个数据集还没有发布,同意发布后才能启用对接。")
    if NAMED_BY[connector.dataset.subject] not in connector.mapping:
        raise NotReady("还没有对应字段。请先测试来源,再对应字段。")


def _begin_anew(connector: Connector) -> None:
    connector.mark = ""
    running = PullRun.objects.filter(connector=connector, state=PullRun.State.RUNNING)
    running.update(state=PullRun.State.FAILED, ended_at=now())
    Connector.objects.filter(pk=connector.pk).update(lease=None, lease_until=None)
