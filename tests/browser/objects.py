"""One of each thing that the demo does not bring and that has pages of its own, for tests that look at all pages.

Runs as a program in the portal's environment: python -m tests.browser.objects. Prints the keys of what it made as JSON.
"""

import json
import subprocess
import sys
from typing import Any

from portal.places import ROOT
from tests.browser.connecting import actor_of
from tests.stack import PortalStack

NANMEN = 310151101001000000
ADDRESS = {"base": "https://example.cn", "charset": "utf-8", "login": "none"}
ASKS = {"path": "rows", "rows": "rows", "paging": "number", "page_name": "page", "size_name": "size", "first": 1}


def make_objects(stack: PortalStack) -> dict[str, int]:
    """By kind: the key of each."""
    argv = [sys.executable, "-m", "tests.browser.objects"]
    done = subprocess.run(argv, env=stack.env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return made


def _make() -> dict[str, int]:
    cast = {name: actor_of(name) for name in ("王建国", "顾文杰", "徐静", "张敏", "钱磊", "汤洁", "韩松")}
    return _returned_data(cast) | _system(cast) | _complaint(cast)


def _returned_data(cast: dict[str, Any]) -> dict[str, int]:
    """A dataset with what brings it, a grant of the town, a record and its correction."""
    from accounts.scope import acting_as
    from data_return.correction_rules import Finding
    from data_return.models import Channel, Connector
    from data_return.services.correcting import Mark, mark_record
    from tests.factories import make_dataset, make_grant, make_record

    officer, desk, worker = cast["钱磊"], cast["徐静"], cast["王建国"]
    dataset = make_dataset(officer, desk)
    channel = Channel.objects.create(
        department_id=officer.department_id, name="残联系统", kind="http", address=ADDRESS,
        created_by_id=officer.post_id,
    )  # fmt: skip
    connector = Connector.objects.create(
        channel=channel, dataset=dataset, kind="http_json", asks=ASKS, key_field="id", page_size=10, is_on=True,
        mapping={"person.id_number": "card", "person.name": "name"}, fields=["id", "card", "name"],
        post_id=officer.post_id,
    )  # fmt: skip
    grant = make_grant(cast["顾文杰"], dataset, officer, desk)
    record = make_record(officer, dataset, NANMEN, name="张三")
    with acting_as(worker):
        mark = Mark(Finding.UNKNOWN, note="问过居民组长,没有这个人")
        marked = mark_record(actor=worker, record_pk=record, version=b"1".hex(), mark=mark)
    keys = {"dataset": dataset, "channel": channel, "connector": connector, "grant": grant}
    return {name: one.pk for name, one in keys.items()} | {"correction": marked.correction.pk}


def _system(cast: dict[str, Any]) -> dict[str, int]:
    """A system that was entered once, months ago, with a letter about it."""
    from portal.services.sign_on.entering import note_launch
    from portal.services.systems.letters import issue_letter
    from tests.browser.aging import age
    from tests.portal.entrances import Kind, connect

    found = connect(cast["张敏"], cast["徐静"], cast["汤洁"], Kind.OIDC)
    note_launch(actor=cast["王建国"], entrance=found.entrance)
    age(found.system.name, 2)
    letter = issue_letter(actor=cast["徐静"], pk=found.system.pk, kind="reminder")
    return {"system": found.system.pk, "letter": letter.pk}


def _complaint(cast: dict[str, Any]) -> dict[str, int]:
    from tests.portal.complaining import handed

    return {"complaint": handed(cast["王建国"], cast["韩松"], cast["张敏"]).pk}


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(_make()))
