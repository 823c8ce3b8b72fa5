"""Reports that are handed in and go to a department's system, for tests that kill what sends them.

Runs as a program of its own in the portal's environment and takes one line of JSON for each step: it has to answer in
the moment before a kill, so it cannot be started for each.
"""

import json
import subprocess
import sys
from typing import Any

from portal.places import ROOT
from tests.stack import PortalStack


class Reviewer:
    """The towns' reviewers, as one program beside the portal."""

    def __init__(self, stack: PortalStack) -> None:
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.pushing"],
            env=stack.env,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **step: Any) -> Any:
        """The answer to one step; raises AssertionError where the program ended."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(json.dumps(step) + "\n")
        self._program.stdin.flush()
        line = self._program.stdout.readline()
        assert line, "the reviewers' program ended"
        return json.loads(line)

    def stop(self) -> None:
        self._program.kill()
        self._program.wait()


def _prepare(form: int, url: str) -> int:
    """Hand in every report of the form, and send what is accepted to the system there. Returns how many wait."""
    from django.utils.timezone import now

    from accounts.models import Department, Post, User
    from accounts.roles import Role
    from accounts.scope import acting_as
    from data_return.models import Channel, PushFlow, PushTarget
    from forms_engine.models import FormTemplate, Report
    from forms_engine.push_topic import REPORT

    template = FormTemplate.objects.get(pk=form)
    staff = Post.objects.with_context().get(user__full_name="张敏").as_actor(second_factor=True)
    common = {"department": Department.objects.get(pk=template.department_id), "created_by_id": staff.post_id}
    address = {"base": url, "charset": "utf-8", "login": "none", "token_url": ""}
    channel = Channel.objects.create(name="民政接口", kind="http", address=address, per_minute=6000, **common)
    target = PushTarget.objects.create(
        channel=channel,
        name="民政系统",
        is_on=True,
        created_by_id=staff.post_id,
        path="reports",
        answer={"number": "id"},
    )
    mapping = {"head": {"message": "key"}, "rows": "rows", "fields": [{"key": "person.name", "name": "name"}]}
    PushFlow.objects.create(
        target=target, topic=REPORT, source_id=form, is_on=True, post_id=staff.post_id, mapping=mapping
    )
    with acting_as(staff):
        reports = Report.objects.filter(dispatch__version__template=form)
        towns = {code - code % 10**9 for code in reports.values_list("area_code", flat=True)}
    waiting = 0
    for code in towns:
        user = User.objects.create_user(f"reviewer{code}", "Not-a-secret-1", full_name="审核员")
        Post.objects.create(user=user, role=Role.TOWN_ADMIN, area_id=code)
        with acting_as(_reviewer(code)):
            waiting += Report.objects.filter(dispatch__version__template=form).update(
                state=Report.State.SUBMITTED, submitted_at=now()
            )
    return waiting


def _reviewer(town: int) -> Any:
    from accounts.models import Post

    return Post.objects.with_context().get(user__username=f"reviewer{town}").as_actor(second_factor=True)


def _accept(report: int, town: int) -> bool:
    """Whether it is accepted now; asked again after a lost connection, it may be already."""
    from django.db import OperationalError, close_old_connections, connection

    from accounts.scope import acting_as
    from forms_engine.models import Report
    from forms_engine.services.review import NotWaiting, accept_report

    try:
        close_old_connections()
        actor = _reviewer(town)
        with acting_as(actor):
            accept_report(actor=actor, report=Report.objects.get(pk=report))
    except NotWaiting:
        return True
    except OperationalError:
        connection.close()
        return False
    return True


if __name__ == "__main__":
    import django

    django.setup()
    steps = {"prepare": _prepare, "accept": _accept}
    for line in sys.stdin:
        step = json.loads(line)
        print(json.dumps(steps[step.pop("do")](**step)), flush=True)
