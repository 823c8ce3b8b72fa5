"""No page, JSON or Excel shows a value above its reader's clearance: values that nobody can mistake are planted in the
reader's own area, and every address that can be opened is searched for them."""

import re
from contextlib import suppress
from datetime import date
from itertools import count

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse
from django.urls.converters import IntConverter

from accounts.jobs import run_job
from accounts.models import Job
from accounts.scope import acting_as
from forms_engine.models import FormVersion, Report
from forms_engine.services.copying import PackLine, add_pack
from forms_engine.services.give import start_export
from registry.catalogue import get_catalogue, is_stored
from registry.changes import Change, Source, SourceKind, apply
from registry.models import Dwelling, Event, EventPerson, ImportBatch, Organization
from registry.services import imports
from tests.answers import text_of
from tests.doors import sign_in, watching
from tests.factories import EAST, EAST_GRID, make_form, make_household, make_id_number, make_person, send_form
from tests.forms_engine.giving import grant
from tests.workbooks import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.canary]
READERS = {"worker": 3, "town": 3, "district": 2, "department": 2, "system": 0}
SPACES = ("portal", "accounts", "registry", "forms_engine")
LEAVE = {"accounts:logout"}
DEAD = "person.death_date"  # would take the person out of the roster


@pytest.fixture
def planted(cast, items, settings, tmp_path):
    """Level -> planted values, and the ids of everything that an address may name."""
    settings.MEDIA_ROOT = str(tmp_path)
    canaries = {3: set(), 4: set()}
    with acting_as(cast.town):
        household = make_household(EAST_GRID)
        subjects = {
            "person": make_person(EAST_GRID, household=household, relation_to_head="02"),
            "household": household,
            "dwelling": Dwelling.objects.create(area_code=EAST_GRID),
            "organization": Organization.objects.create(area_code=EAST_GRID, name="小吃店"),
        }
        household.head = subjects["person"]
        household.save()
    numbers = count(1)
    with acting_as(cast.worker):
        for kind in (SourceKind.IMPORT, SourceKind.DEPARTMENT, SourceKind.SELF):  # history, kept values, differences
            for entity, subject in subjects.items():
                values = plant(entity, numbers, canaries)
                source = Source(kind, "东村 陈秀英", date(2026, 11, int(next(numbers) % 20) + 1))
                apply(actor=cast.worker, entity=entity, changes=[Change(subject.pk, values)], source=source)
        event = Event.objects.create(
            area_code=EAST_GRID, number="E1", category="01", title="漏水", place="楼道",
            occurred_at="2026-11-20T08:00:00+08:00", reporter_id=cast.worker.post_id,
        )  # fmt: skip
        EventPerson.objects.create(
            area_code=EAST_GRID, district=event.district, event_id=event.pk, person_id=subjects["person"].pk
        )
    batch = refused_import(cast.worker, canaries, subjects["person"])
    ids = {entity: subject.pk for entity, subject in subjects.items()}
    ids |= {"event": event.pk, "import": batch.pk}
    return canaries, ids | sent(cast, canaries, numbers)


def refused_import(actor, canaries, person):
    """An import that is over, with an error in a row of canaries: a wrong check digit, a telephone that is none."""
    number = make_id_number(date(1931, 3, 18))
    wrong = number[:17] + ("0" if number[17] != "0" else "1")
    canaries[4].update((wrong, "6222901901901"))
    row = ["隐901甲乙丙", wrong, "1390901", "6222901901901"]
    data = workbook([["姓名", "身份证号码", "联系电话", "银行卡号"], row], name="居民")
    with acting_as(actor):
        batch = imports.begin_import(actor=actor, data=data, filename="花名册.xlsx")
        items = {column["letter"]: column["item"] for column in batch.layout["columns"] if column["item"]}
        imports.confirm_columns(actor=actor, pk=batch.pk, items=items, register="here")
        run_job(ImportBatch.objects.get(pk=batch.pk).job_id)
        assert len(ImportBatch.objects.get(pk=batch.pk).errors) == 2
        written = [{"row": 2, "id": person.pk, "new": True}]
        ImportBatch.objects.filter(pk=batch.pk).update(state="done", written=written)
    return batch


def plant(entity, numbers, canaries):
    """A value for each stored item of level 3 or 4 that can hold one that nobody mistakes."""
    values = {}
    for item in get_catalogue().of_entity(entity):
        if item.level >= 3 and is_stored(item) and item.code != DEAD and (value := canary(item, next(numbers))):
            values[item.code] = value
            canaries[item.level].add(value)
    return values


def canary(item, number):
    texts = {
        "text": f"6222{number:04d}" if "number" in item.key or "account" in item.key else f"隐{number:03d}甲乙丙",
        "phone": f"1390{number:03d}2207",
        "id_number": make_id_number(date(1931, 3, 17)),
        "date": f"19{31 + number % 60}-{number % 12 + 1:02d}-17",
        "decimal": f"9{number:03d}7.5",
    }
    return texts.get(item.type) if item.format != "YYYY-MM" else None


def sent(cast, canaries, numbers):
    """A form over every such item, sent and filled in; without a purpose its department reads no more than others."""
    codes = [item.code for item in get_catalogue().of_entity("person") if item.level >= 3 and is_stored(item)]
    letters = [first + second for first in ("", "A", "B") for second in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    version = make_form(cast.department, dict(zip(letters, codes, strict=False)))
    grant(cast.department, version.template)
    with acting_as(cast.department):
        lines = [PackLine(letter, code) for letter, code in zip(letters, codes, strict=False)]
        pack = add_pack(actor=cast.department, version=version, system="国家系统", lines=lines)
    dispatch = send_form(cast.department, version, EAST)
    run_job(dispatch.job_id)
    with acting_as(cast.town):
        report = Report.objects.get(dispatch=dispatch)
        Report.objects.filter(pk=report.pk).update(state=Report.State.SUBMITTED)
    with acting_as(cast.department):
        export = start_export(actor=cast.department, dispatch=dispatch, unreviewed=True, file_format="csv")
    run_job(export.job_id)
    draft = make_form(cast.department, {"A": "person.name"}, state=FormVersion.State.SUBMITTED)
    ids = {"pack": pack.pk, "report": report.pk, "review": report.pk, "dispatch": dispatch.pk, "export": export.pk}
    ids |= {"template": version.template_id, "admission": draft.pk, "aggregate": dispatch.pk}
    return ids | {"job": Job.objects.latest("pk").pk, "letter": letters[codes.index("person.bank_account")]}


def addresses(ids):
    """(name, address) of everything that the resolver knows and that these ids can fill in."""
    for space in SPACES:
        for pattern in get_resolver().namespace_dict[space][1].url_patterns:
            name = f"{space}:{pattern.name}"
            if name not in LEAVE:
                for given in fillings(pattern, ids):
                    with suppress(NoReverseMatch):  # a part of a kind that none of the ids is
                        yield name, reverse(name, kwargs=given)


def fillings(pattern, ids):
    """Values for the parts of an address: the id of what its name begins with; any of them where it says nothing."""
    wanted = pattern.pattern.converters
    code = EAST_GRID if isinstance(wanted.get("code"), IntConverter) else "person.phone"
    fixed = {"subject_id": ids["person"], "letter": ids["letter"], "code": code, "photo_pk": 1}
    fixed |= {"pack_pk": ids["pack"], "number": 1}
    own = ids.get(pattern.name.partition("_")[0])
    numbers = [own] if own else sorted({pk for pk in ids.values() if isinstance(pk, int)})
    for pk in numbers if "pk" in wanted else [None]:
        given = {key: value for key, value in {**fixed, "pk": pk}.items() if key in wanted}
        if given.keys() == wanted.keys():
            yield given


def found_in(text, canaries, clearance):
    return {value for level, values in canaries.items() if level > clearance for value in values if value in text}


@pytest.mark.parametrize(("who", "clearance"), READERS.items())
def test_nothing_above_the_clearance_of_its_reader_is_on_any_page(client, cast, planted, caplog, who, clearance):
    canaries, ids = planted
    sign_in(client, getattr(cast, who))
    opened, leaks, lines = set(), {}, []
    for name, address in addresses(ids):
        with watching() as statements:
            answer = client.get(address)
        lines += [one for one in statements if 'INSERT INTO "accounts_auditentry"' in one]
        if answer.status_code == 200:
            opened.add(name)
            if leaked := found_in(text_of(answer), canaries, clearance):
                leaks[address] = leaked
    assert leaks == {}
    assert not found_in(caplog.text + "".join(lines), canaries, 0)  # neither log nor audit knows any of them
    expected = {"worker": 45, "town": 24, "district": 20, "department": 12}
    assert len(opened) >= expected.get(who, 4), sorted(opened)


def test_the_search_is_alive(client, cast, planted):
    """What a reader may see is found by the same search, so an empty result means something."""
    canaries, ids = planted
    sign_in(client, cast.worker)
    card = reverse("registry:person_detail", args=[ids["person"]])
    rows = reverse("forms_engine:report_rows", args=[ids["report"]])
    for address in (card, rows):
        text = text_of(client.get(address))
        assert len(found_in(text, canaries, 2)) > 10
        assert found_in(text, canaries, 3) == set()
    client.post(reverse("accounts:emergency_open"), {"reason": "3 号楼起火"})
    assert found_in(text_of(client.get(card)), canaries, 3)


def test_what_is_masked_finds_nobody(client, cast, planted):
    canaries, _ = planted
    sign_in(client, cast.district)
    everybody = client.get(reverse("registry:person_list")).context["counts"].total
    assert everybody == 1
    for value in sorted(canaries[3] | canaries[4])[::8]:
        if re.fullmatch(r"\d{17}[\dX]", value):
            continue  # who knows a whole ID number may ask whether it is here
        page = client.post(reverse("registry:person_search"), {"q": value}, follow=True)
        assert page.context["counts"].total == 0, value
        for folder in ("household", "dwelling", "organization"):
            assert not client.get(reverse(f"registry:{folder}_list"), {"q": value}).context["rows"], value
