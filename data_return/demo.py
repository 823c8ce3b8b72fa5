"""Demo datasets (演示回流数据): two lists of departments about the demo people, through the same steps as any other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import Level, ancestor
from accounts.exporting import write_table
from accounts.jobs import run_job
from accounts.models import Post
from accounts.scope import acting_as
from data_return.models import Dataset
from data_return.models.grants import Scenario
from data_return.selectors.datasets import get_approval_of
from data_return.selectors.grants import get_approval_of_grant, list_readers
from data_return.services.datasets import change_version, register_dataset
from data_return.services.grants import approve_request, request_grant
from data_return.services.loading import start_load
from data_return.services.publish import publish_dataset, submit_dataset
from registry.catalogue import get_catalogue
from registry.masking import readable
from registry.models import Entity, Person
from registry.seeding.names import FEMALE
from registry.seeding.numbers import MOST_COMMUNITIES, Numbers
from registry.selectors.areas import get_area_names
from registry.showing import value_of

DISTRICT_ADMIN = "xujing"
APPLICANTS = ("chenxiuying", "guwenjie")
"""Usernames of who asks for each dataset: a village and the town around it."""
NUMBER, NAME, PHONE = "person.id_number", "person.name", "person.phone"
OTHER_PHONE, LEFT_OUT = 9, 40
"""Of so many people one has another phone there than here, and one is missing there."""
STRANGERS = (("沈福根", date(1951, 3, 8)), ("陆招娣", date(1948, 11, 20)))
"""People whom no village has registered."""
Row = list[str]


@dataclass(frozen=True, slots=True)
class DemoDataset:
    """kept_by: username of the data officer. mark: yes/no item of a person that puts him on the list."""

    name: str
    kept_by: str
    system: str
    legal_basis: str
    mark: str
    items: tuple[str, ...]


DATASETS = (
    DemoDataset(
        "残疾人两项补贴发放名单",
        "fanhui",
        "残疾人两项补贴系统(演示)",
        "(示例)困难残疾人生活补贴和重度残疾人护理补贴制度",
        "is_disabled",
        (NUMBER, NAME, PHONE, "person.disability_category", "person.disability_level"),
    ),
    DemoDataset(
        "最低生活保障对象名单",
        "panjianhua",
        "社会救助系统(演示)",
        "(示例)社会救助暂行办法",
        "is_low_income",
        (NUMBER, NAME, PHONE, "person.low_income_category", "person.low_income_amount"),
    ),
)


def seed_datasets() -> int:
    """Register, publish, fill and grant the demo datasets. Returns how many were new; a second run adds nothing.

    Needs the demo people (`seed --demo`); raises Post.DoesNotExist without them.
    """
    return sum(_seed(one) for one in DATASETS)


def _seed(demo: DemoDataset) -> bool:
    officer, desk = _actor(demo.kept_by), _actor(DISTRICT_ADMIN)
    with acting_as(officer):
        if Dataset.objects.kept_by(officer).filter(name=demo.name).exists():
            return False
        dataset = register_dataset(actor=officer, name=demo.name, system=demo.system, subject=Entity.PERSON)
        version = dataset.versions.get()
        change_version(
            actor=officer, version=version, legal_basis=demo.legal_basis, freshness_days=90, items=demo.items
        )
        submit_dataset(actor=officer, version=version, seen=get_approval_of(version).version)
    with acting_as(desk):
        publish_dataset(actor=desk, version=version, seen=get_approval_of(version).version, note="")
        rows = list(_rows(desk, demo))
    _load(officer, dataset, demo, rows)
    for username in APPLICANTS:
        _grant(_actor(username), dataset, demo, officer, desk)
    return True


def _rows(desk: Actor, demo: DemoDataset) -> Iterator[Row]:
    """The list as the department would have it: nearly what the villages have."""
    catalogue = get_catalogue()
    items = [catalogue.item(code) for code in demo.items]
    people = Person.objects.visible_to(desk).filter(closed_on=None, **{demo.mark: True}).exclude(id_number_index=None)
    found = list(people.order_by("area_code", "pk"))
    names = get_area_names({ancestor(one.area_code, level) for one in found for level in (Level.TOWN, Level.COMMUNITY)})
    for nth, person in enumerate(found, 1):
        if nth % LEFT_OUT == 0:
            continue
        held = [(item, value_of(person, item)) for item in items]
        texts = {item.code: readable(item, value, catalogue) if value else "" for item, value in held}
        if nth % OTHER_PHONE == 0 and texts[PHONE]:
            texts[PHONE] = texts[PHONE][:-1] + str((int(texts[PHONE][-1]) + 1) % 10)
        yield [*texts.values(), *_places(person.area_code, names)]
    numbers = Numbers(MOST_COMMUNITIES - 1)
    for name, born in STRANGERS:
        texts = {NUMBER: numbers.id_number(birth_date=born, sex=FEMALE), NAME: name, PHONE: numbers.phone()}
        yield [*(texts.get(code, "") for code in demo.items), *_places(found[0].area_code, names)]


def _places(area_code: int, names: dict[int, str]) -> Row:
    return [names.get(ancestor(area_code, level), "") for level in (Level.TOWN, Level.COMMUNITY)]


def _load(officer: Actor, dataset: Dataset, demo: DemoDataset, rows: list[Row]) -> None:
    head = [get_catalogue().item(code).name for code in demo.items] + ["镇街", "村居"]
    with acting_as(officer):
        load = start_load(
            actor=officer,
            dataset=dataset,
            data=write_table(demo.name, head, rows),
            filename=f"{demo.name}.xlsx",
            observed_on=localdate() - timedelta(days=3),
        )
    run_job(load.job_id or 0)


def _grant(applicant: Actor, dataset: Dataset, demo: DemoDataset, officer: Actor, desk: Actor) -> None:
    terms = {
        "items": list(demo.items),
        "areas": [applicant.area_code],
        "readers": [role.value for role in list_readers(applicant)],
        "clearance": None,
        "scenario": Scenario.SERVICE,
        "purpose": "走访时核对,少问一遍",
        "since": localdate(),
        "until": localdate() + timedelta(days=365),
    }
    with acting_as(applicant):
        request = request_grant(actor=applicant, dataset=dataset, terms=terms)
    for decider in (officer, desk):
        with acting_as(decider):
            approve_request(actor=decider, request=request, seen=get_approval_of_grant(request).version)


def _actor(username: str) -> Actor:
    post = Post.objects.with_context().filter(user__username=username).order_by("pk")[:1].get()
    return post.as_actor(second_factor=True)
