"""Demo forms (演示表单): four real layouts on their way, brought and admitted through the same steps as any other."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.utils.timezone import get_current_timezone, localdate

from accounts.actors import Actor
from accounts.approvals.rules import Opinion
from accounts.codes import Level
from accounts.jobs import run_job
from accounts.models import Area, Department, Post
from accounts.scope import acting_as
from forms_engine.models import FormTemplate, FormVersion
from forms_engine.selectors.admissions import get_approval_of
from forms_engine.services.admit import (
    admit_version,
    give_opinion_on_version,
    invite_departments,
    submit_version,
)
from forms_engine.services.bring import SETTINGS, bring_form
from forms_engine.services.design import save_settings
from forms_engine.services.dispatch import dispatch_form
from registry.models import Person

TEMPLATES = Path(__file__).parent / "data" / "form_templates"
DISTRICT_ADMIN = "xujing"


@dataclass(frozen=True, slots=True)
class DemoForm:
    """filename: one of the templates. brought_by: username. due_in_days: sent out with that deadline, None: not.

    asked: usernames whose departments review it; the first has answered `opinion`.
    """

    filename: str
    brought_by: str
    purpose: str
    legal_basis: str
    cycle: FormVersion.Cycle
    submitted: bool = True
    due_in_days: int | None = None
    reason: str = ""
    population: FormVersion.Population = FormVersion.Population.RESIDENT
    asked: tuple[str, ...] = ()
    opinion: str = ""


FORMS = (
    DemoForm(
        "01_高龄津贴发放花名册.xlsx",
        "zhangmin",
        "按季核发高龄津贴",
        "(示例)老年人权益保障条例",
        FormVersion.Cycle.QUARTER,
        due_in_days=1,
        population=FormVersion.Population.REGISTERED,
    ),
    DemoForm(
        "03_独居老人探访关爱台账.xlsx",
        "zhangmin",
        "安排独居老人探访",
        "(示例)探访关爱服务办法",
        FormVersion.Cycle.QUARTER,
        due_in_days=4,
    ),
    DemoForm(
        "06_九小场所消防安全排查.xlsx",
        "qinyong",
        "冬春火灾防控",
        "(示例)消防条例",
        FormVersion.Cycle.HALF_YEAR,
        reason="现场检查时登记,登记库没有这一项",
        asked=("qianlei", "zhangmin", "yangfan"),
        opinion="场所名称和地址请改用登记库已有的数据项。",
    ),
    DemoForm("02_流动人口信息登记表.xlsx", "yangfan", "", "", FormVersion.Cycle.YEAR, submitted=False),
)


def seed_forms() -> int:
    """Bring, admit and send the demo forms. Returns how many were new; a second run adds nothing.

    Needs the demo people (`seed --demo`); raises Post.DoesNotExist without them.
    """
    return sum(_seed(form) for form in FORMS)


def _seed(form: DemoForm) -> bool:
    maker = _actor(form.brought_by)
    data = (TEMPLATES / form.filename).read_bytes()
    with acting_as(maker):
        if FormTemplate.objects.filter(
            department_id=maker.department_id or 0, versions__filename=form.filename
        ).exists():
            return False
        version = bring_form(actor=maker, data=data, filename=form.filename)
        version.columns.filter(kind="new_ask").update(reason=form.reason)
        if form.submitted:
            save_settings(actor=maker, version=version, name=version.template.name, settings=_settings(form, version))
            submit_version(actor=maker, version=version)
    if form.asked:
        _review(version, form)
    if form.due_in_days is not None:
        _admit(version)
        _send(maker, version, form.due_in_days)
    return True


def _settings(form: DemoForm, version: FormVersion) -> dict[str, Any]:
    kept = {name: getattr(version, name) for name in SETTINGS}
    own = {name: getattr(form, name) for name in ("purpose", "legal_basis", "cycle", "population")} | {"lead_days": 0}
    return kept | own | {"valid_until": _year_end()}


def _review(version: FormVersion, form: DemoForm) -> None:
    desk, reviewers = _actor(DISTRICT_ADMIN), [_actor(username) for username in form.asked]
    with acting_as(desk):
        departments = list(Department.objects.filter(pk__in=[one.department_id for one in reviewers]))
        seen = get_approval_of(version).version
        invite_departments(actor=desk, version=version, departments=departments, days=5, seen=seen)
    with acting_as(reviewers[0]):
        give_opinion_on_version(
            actor=reviewers[0], version=version, seen_round=1, opinion=Opinion.CONDITIONS, text=form.opinion
        )


def _admit(version: FormVersion) -> None:
    desk = _actor(DISTRICT_ADMIN)
    with acting_as(desk):
        admit_version(actor=desk, version=version, valid_until=_year_end(), note="数据项均有依据,同意。")


def _send(maker: Actor, version: FormVersion, due_in_days: int) -> None:
    """To every community that has people, prefilled at once."""
    evening = datetime.combine(localdate() + timedelta(days=due_in_days), time(18), get_current_timezone())
    quarter = f"{localdate():%Y} 年第 {(localdate().month + 2) // 3} 季度"
    with acting_as(maker):
        codes = [
            area.code
            for area in Area.objects.visible_to(maker).filter(level=Level.COMMUNITY)
            if Person.objects.within(area.range).exists()
        ]
        dispatch = dispatch_form(
            actor=maker,
            version=version,
            period=quarter,
            reporting_date=localdate(),
            due_at=evening,
            area_codes=codes,
        )
    run_job(dispatch.job_id or 0)


def _actor(username: str) -> Actor:
    post = Post.objects.with_context().filter(user__username=username).order_by("pk")[:1].get()
    return post.as_actor(second_factor=True)


def _year_end() -> date:
    return localdate().replace(month=12, day=31) + timedelta(days=365)
