"""Sources and connectors for tests of pulling: rows about made-up people, and a connector that reads them."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.timezone import now

from accounts.models import Department
from accounts.scope import acting_as
from data_return.models import Channel, Connector, PullRun, QuarantinedRow, ReturnedRecord
from data_return.pull.running import run_connector
from tests.factories import make_id_number

MAPPING = {"person.id_number": "card", "person.name": "name", "person.phone": "phone"}
FIELDS = ["id", "card", "name", "phone", "updated"]
ASKS = {
    "path": "rows", "rows": "", "total": "X-Total-Count", "paging": "number", "page_name": "_page",
    "size_name": "_limit", "first": 1, "cursor": "", "since_name": "", "more": "",
}  # fmt: skip
BY_TIME = {"since_name": "updated_gte", "more": "_sort=updated,id\n_order=asc,asc", "total": ""}
WEB = {"charset": "utf-8", "login": "none", "token_url": "", "scope": "", "client_id": "", "app_id": ""}


def row(n: int, **changed: Any) -> dict[str, Any]:
    """One person at the source; the same number gives the same phone and time."""
    made = {"id": n, "card": make_id_number(), "name": f"居民{n}", "phone": f"139{n:08d}"}
    return made | {"updated": f"2026-01-01T{n // 60 % 24:02d}:{n % 60:02d}:00"} | changed


def rows_of(count: int) -> list[dict[str, Any]]:
    return [row(n) for n in range(1, count + 1)]


@dataclass
class Pulls:
    """Makes connectors of an officer's dataset, and looks at what they brought."""

    officer: Any
    settings: Any
    made: dict[str, Channel] = field(default_factory=dict)

    def to(self, url: str, dataset: Any, *, asks: dict[str, Any] | None = None, **given: Any) -> Connector:
        self.settings.OUTBOUND_HOSTS = [*self.settings.OUTBOUND_HOSTS, url]
        kind, address = given.pop("channel_kind", "http"), given.pop("address", WEB | {"base": url})
        channel = Channel(
            department=Department.objects.get(pk=self.officer.department_id), name=f"{kind} {dataset.name}", kind=kind,
            address=address, per_minute=6000, created_by_id=self.officer.post_id,
        )  # fmt: skip
        channel.seal_secrets(given.pop("secrets", {}))
        channel.save()
        defaults: dict[str, Any] = {"kind": "http_json", "key_field": "id", "page_size": 10, "overlap_minutes": 0}
        defaults |= {"mapping": MAPPING, "fields": FIELDS, "is_on": True, "due_at": now()}
        asked = ASKS | (asks or {}) if kind == "http" else asks
        return Connector.objects.create(
            channel=channel, dataset=dataset, post_id=self.officer.post_id, asks=asked, **(defaults | given)
        )

    def run(self, connector: Connector) -> PullRun:
        """Its run of now, whenever it would be due."""
        Connector.objects.filter(pk=connector.pk).update(due_at=now())
        assert run_connector(connector.pk)
        connector.refresh_from_db()
        return PullRun.objects.filter(connector=connector).latest("pk")

    def records(self, connector: Connector) -> dict[str, ReturnedRecord]:
        """By name."""
        with acting_as(self.officer):
            found = ReturnedRecord.objects.visible_to(self.officer).filter(dataset=connector.dataset_id)
            return {str(one.values.get("person.name")): one for one in found}

    def names(self, connector: Connector) -> list[str]:
        return sorted(self.records(connector), key=lambda name: (len(name), name))

    def quarantined(self, connector: Connector) -> list[QuarantinedRow]:
        with acting_as(self.officer):
            return list(QuarantinedRow.objects.visible_to(self.officer).filter(connector=connector).order_by("pk"))


def names_of(*numbers: int) -> list[str]:
    return [f"居民{n}" for n in numbers]
