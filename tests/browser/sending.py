"""Forms that are through the desk, and their sendings, for tests that begin later in a form's life.

Runs as a program of its own in the portal's environment, so that the services see the stack's database, keys and
queue: `python -m tests.browser.sending '{"name": ...}'` prints what it made as JSON.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.places import ROOT
from tests.stack import PortalStack

PEOPLE_OF_A_PLACE = "02_流动人口信息登记表.xlsx"
ELDERLY = "01_高龄津贴发放花名册.xlsx"


@dataclass(frozen=True)
class Sent:
    """form, dispatch and job: keys; dispatch and job are 0 where the form was only admitted."""

    form: int
    dispatch: int = 0
    job: int = 0


def send_out(
    stack: PortalStack,
    name: str,
    *,
    file: str = ELDERLY,
    staff: str = "张敏",
    areas: Sequence[int] = (),
    condition: dict[str, Any] | None = None,
) -> Sent:
    """Bring and admit a form of `staff`'s department, and send it to communities if any are named."""
    wish = {"name": name, "file": file, "staff": staff, "areas": list(areas), "condition": condition or {}}
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.sending", json.dumps(wish)],
        env=stack.env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Sent(**json.loads(done.stdout.splitlines()[-1]))


def _make(wish: dict[str, Any]) -> Sent:
    from django.utils.timezone import localdate, make_aware

    from accounts.models import Post
    from accounts.roles import Role
    from accounts.scope import acting_as
    from forms_engine.services import admit, bring, design, dispatch

    posts = Post.objects.with_context()
    staff = posts.get(user__full_name=wish["staff"]).as_actor(second_factor=True)
    district = posts.get(role=Role.DISTRICT_ADMIN).as_actor(second_factor=True)
    day = localdate() + timedelta(days=30)
    with acting_as(staff):
        data = (ROOT / "forms_engine/data/form_templates" / wish["file"]).read_bytes()
        version = bring.bring_form(actor=staff, data=data, filename=wish["file"], name=wish["name"])
        settings = {name: getattr(version, name) for name in ("subject", "population", "cycle", "lead_days")}
        basis = {"legal_basis": "演示", "purpose": "发放补贴", "valid_until": day, "condition": wish["condition"]}
        design.save_settings(actor=staff, version=version, name=wish["name"], settings=settings | basis)
        version.columns.filter(kind="new_ask").update(reason="演示")
        version.refresh_from_db()
        admit.submit_version(actor=staff, version=version)
    with acting_as(district):
        version.refresh_from_db()
        admit.admit_version(actor=district, version=version, valid_until=day, note="")
    if not wish["areas"]:
        return Sent(version.template_id)
    with acting_as(staff):
        sent = dispatch.dispatch_form(
            actor=staff,
            version=version,
            period="演示",
            reporting_date=localdate(),
            due_at=make_aware(datetime.combine(day, datetime.min.time())),
            area_codes=wish["areas"],
        )
    assert sent.job is not None
    return Sent(version.template_id, sent.pk, sent.job.pk)


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(asdict(_make(json.loads(sys.argv[1])))))
