"""No page shows a resident without a line in the audit log: every address is opened, whatever it is for."""

import io
import json
import re
import zipfile
from datetime import date

import pytest
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from accounts.jobs import run_job
from accounts.models import Department
from accounts.roles import Role
from accounts.scope import acting_as
from data_return.correction_rules import Finding
from data_return.models import ReturnedRecord
from data_return.services.correcting import Mark, mark_record
from forms_engine.export.file_format import FileFormat
from forms_engine.models import Export, Report
from forms_engine.services.copying import PackLine, add_pack
from forms_engine.services.fill import remove_subject
from forms_engine.services.give import start_export
from registry.models import Difference, Dwelling, Event, EventPhoto
from tests.doors import audited, sign_in, watching
from tests.factories import (
    DISTRICT,
    EAST,
    EAST_GRID,
    make_actor,
    make_dataset,
    make_form,
    make_grant,
    make_household,
    make_person,
    make_record,
    send_form,
)
from tests.forms_engine.giving import grant
from tests.registry.test_take_evidence import photo

pytestmark = [pytest.mark.django_db, pytest.mark.canary]
NAMES = re.compile(r"郗桂兰|逄阿妹|亓官木沙|[郗逄亓]\*")
"""In full or behind the mask; what is typed into a search is shorter, so its echo is no reading."""
COLUMNS = {"B": "person.name", "H": "person.phone", "O": "是否愿意上门"}
LOOKING = {
    "registry:event_people": {"q": "郗桂"},
    "registry:event_report": {"q": "郗桂", "find": ""},
    "registry:household_members": {"q": "亓官", "find": ""},
    "registry:dwelling_residents": {"q": "亓官", "find": ""},
    "forms_engine:report_add": {"q": "逄阿"},
}
"""Pages that find people by what is posted."""


@pytest.fixture
def village(cast, items):
    """One of everything in 东村, with the same three people in it; by the first word of the pages' names."""
    with acting_as(cast.worker):
        dwelling = Dwelling.objects.create(area_code=EAST, address="东街1号")
        household = make_household(EAST, number="1")
        person = make_person(EAST, name="郗桂兰", phone="13900002207", household=household, dwelling=dwelling)
        moved = make_person(EAST, name="亓官木沙·买买提")
        event = Event.objects.create(
            area_code=EAST, number="SJ1", title="漏水", category="06", place="东村", reporter_id=cast.worker.post_id,
            occurred_at="2026-11-01T08:00+08:00",
        )  # fmt: skip
        event.people.add(person, through_defaults={"area_code": EAST, "district": EAST // 10**12})
        photo = EventPhoto.objects.create(area_code=EAST, event=event, image=b"x")
        difference = Difference.objects.create(
            area_code=EAST, entity="person", subject_id=person.pk, item_id="person.phone", offered="1"
        )
    version = make_form(cast.department, COLUMNS)
    with acting_as(cast.department):
        pack = add_pack(actor=cast.department, version=version, system="国家系统", lines=[PackLine("B", "姓名")])
    dispatch = send_form(cast.department, version, EAST)
    run_job(dispatch.job_id)
    grant(cast.department, dispatch.version.template)
    with acting_as(cast.worker):
        make_person(EAST, name="逄阿妹", birth_date=date(2015, 5, 1))
        report = Report.objects.select_related("dispatch__version__template").get(dispatch=dispatch)
        remove_subject(actor=cast.worker, report=report, subject_id=moved.pk, reason="搬走")
        Report.objects.filter(pk=report.pk).update(state=Report.State.SUBMITTED, submitted_at=timezone.now())
    with acting_as(cast.department):
        export = start_export(actor=cast.department, dispatch=dispatch, unreviewed=True, file_format=FileFormat.CSV)
    run_job(export.job_id)
    record, correction, evidence = returned(cast, person)
    keys = {
        "record": record, "correction": correction,
        "person": person, "household": household, "dwelling": dwelling, "event": event,
        "difference": difference, "report": report, "review": report, "dispatch": dispatch, "aggregate": dispatch,
        "template": dispatch.version.template, "admission": dispatch.version, "photo": photo,
        "export": Export.objects.get(pk=export.pk), "pack": pack,
    }  # fmt: skip
    return {name: found.pk for name, found in keys.items()} | {"subject": person.pk, "evidence": evidence.pk}


def returned(cast, person):
    """A record of the person under a grant, disputed by the village."""
    department = Department.objects.get(pk=cast.department.department_id)
    officer = make_actor(Role.DATA_OFFICER, DISTRICT, department=department)
    dataset = make_dataset(officer, cast.district)
    make_grant(cast.town, dataset, officer, cast.district)
    record = make_record(officer, dataset, EAST, person=person, name="郗桂兰", phone="13900002299")
    with acting_as(cast.worker):
        mark = Mark(Finding.WRONG, "person.phone", "13900002277", files=[photo()])
        correction = mark_record(actor=cast.worker, record_pk=record, version=b"1".hex(), mark=mark).correction
        return ReturnedRecord(pk=record), correction, correction.evidence.get()


def addresses(keys):
    """(name, address) of every page of every app."""
    for name, pattern in named(get_resolver().url_patterns):
        word = name.partition(":")[2].partition("_")[0]
        pk = keys["dispatch"] if name == "forms_engine:export_start" else keys.get(word, 1)
        given = {
            "pk": pk,
            "subject_id": keys["subject"],
            "letter": "H",
            "photo_pk": keys["photo"],
            "evidence_pk": keys["evidence"],
            "code": _code(name),
            "pack_pk": keys["pack"],
            "number": 1,
        }
        wanted = pattern.pattern.converters
        if wanted.keys() <= given.keys():
            yield name, reverse(name, kwargs={key: given[key] for key in wanted})


def _code(name):
    return "person.name" if name == "registry:item_detail" else EAST_GRID


def named(patterns, namespace=""):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield f"{namespace}{pattern.name}", pattern
        else:
            yield from named(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else "")


def shown(answer):
    """Everything an answer carries, spreadsheets unpacked."""
    content = b"".join(answer)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"".join(book.read(name) for name in book.namelist())
    text = content.decode(errors="replace")
    return json.dumps(json.loads(text), ensure_ascii=False) if text.startswith("{") else text


def tells_of_residents(answer):
    return answer.status_code in (200, 409, 422) and bool(NAMES.search(shown(answer)))


def opened(client, name, url):
    """(page, whether it showed a resident, actions audited) for each way to look."""
    ways = [("GET", None), *([("POST", LOOKING[name])] if name in LOOKING else [])]
    for method, data in ways:
        with watching() as statements:
            answer = client.get(url) if method == "GET" else client.post(url, data)
        yield f"{method} {name}", tells_of_residents(answer), audited(statements)


@pytest.mark.parametrize(
    ("who", "at_least"), [("worker", 18), ("grid_worker", 0), ("town", 6), ("district", 5), ("department", 1)]
)
def test_every_page_that_shows_a_resident_leaves_a_line(client, cast, village, who, at_least):
    sign_in(client, getattr(cast, who))
    looked = [one for name, url in addresses(village) if name != "accounts:logout" for one in opened(client, name, url)]
    telling = {page for page, tells, _ in looked if tells}
    assert [page for page, tells, lines in looked if tells and not lines] == []
    assert len(telling) >= at_least, telling


def test_the_oracle_sees_what_a_page_shows(client, cast, village):
    """The test above would be blind if names were not found: the card, the grid's JSON and the Excel show them."""
    sign_in(client, cast.worker)
    for name in (
        "registry:person_list",
        "registry:person_detail",
        "registry:person_export",
        "forms_engine:report_rows",
    ):
        url = dict(addresses(village))[name]
        assert tells_of_residents(client.get(url)), name
