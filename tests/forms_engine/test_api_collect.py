"""What a department's system gets by its token: forms, progress, totals, rows, files; and what it does not."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.jobs import run_job
from accounts.scope import acting_as
from forms_engine.models import Dispatch, FormVersion, Report
from tests.doors import audited, sign_in, watching
from tests.forms_engine.giving import grant
from tests.machines import machine_door, make_machine

pytestmark = pytest.mark.django_db
ALL = ("forms", "totals", "rows", "exports")


def at(name, *args):
    return reverse(f"forms_engine:api_{name}", args=args)


@pytest.fixture
def accepted(cast, sent):
    """Both villages' reports, reviewed and accepted; the department may collect them."""
    with acting_as(cast.town):
        Report.objects.filter(dispatch=sent).update(state=Report.State.ACCEPTED, submitted_at=timezone.now())
    grant(cast.department, sent.version.template)
    return sent


@pytest.fixture
def http(cast, accepted):
    return machine_door(*make_machine(department=cast.department.department_id, scopes=ALL))


def test_forms_come_with_versions_columns_and_sendings(http, accepted):
    (form,) = http.get(at("forms")).json()["items"]
    assert (form["name"], form["department"]) == ("高龄津贴发放花名册", "区民政局")
    assert [version["state"] for version in form["versions"]] == ["admitted"]
    columns = http.get(at("form", form["id"])).json()["columns"]
    assert [(one["letter"], one["item"], one["level"]) for one in columns][1] == ("D", "person.id_number", 4)
    (sending,) = http.get(at("dispatches", form["id"])).json()["items"]
    assert http.get(at("dispatch", sending["id"])).json() == sending


def test_progress_is_told_by_village_and_paged_by_code(http, accepted):
    first = http.get(at("progress", accepted.pk), {"limit": 1}).json()
    second = http.get(at("progress", accepted.pk), {"limit": 1, "after": first["next"]}).json()
    assert [one["name"] for page in (first, second) for one in page["items"]] == ["东村", "西村"]
    assert first["items"][0] | {"report": 0, "submitted_at": None} == {
        "report": 0,
        "area": "310151101001",
        "name": "东村",
        "progress": "accepted",
        "late": False,
        "submitted_at": None,
    }
    assert second["next"] is None


def test_totals_withhold_small_counts_of_villages(http, accepted):
    found = http.get(at("totals", accepted.pk), {"area": "310151101000"}).json()
    assert (found["level"], [row["name"] for row in found["rows"]]) == ("community", ["东村", "西村"])
    assert [row["subjects"] for row in found["rows"]] == ["*", "*"]


def test_rows_are_read_page_by_page_without_gap_or_repeat(http, accepted):
    seen, after = [], ""
    while True:
        page = http.get(at("rows", accepted.pk), {"limit": 1, "after": after}).json()
        seen += [(row["area"], row["cells"][0]) for row in page["rows"]]
        after = page["next"]
        if not after:
            break
    assert sorted(area for area, _ in seen) == ["310151101001", "310151101001", "310151101002"]
    assert len(set(seen)) == 3


def test_without_an_approved_purpose_the_rows_are_masked_with_it_they_are_not(http, accepted):
    def phones():
        page = http.get(at("rows", accepted.pk)).json()
        place = [column["letter"] for column in page["columns"]].index("H")
        return {row["cells"][place] for row in page["rows"]} - {""}

    assert all("*" in phone for phone in phones())
    FormVersion.objects.filter(pk=accepted.version_id).update(purpose="发放高龄津贴")
    assert phones() == {"13900002207", "13900002208"}


def test_reading_rows_names_the_residents_in_the_audit_log(http, accepted, roster):
    with watching() as statements:
        http.get(at("rows", accepted.pk))
    assert audited(statements) == ["dispatch.rows_taken"]
    (line,) = [one for one in statements if 'INSERT INTO "accounts_auditentry"' in one]
    assert str(roster["west"].pk) in line


def test_the_number_of_queries_does_not_grow_with_the_rows(http, accepted, django_assert_max_num_queries):
    for limit in (1, 1000):
        with django_assert_max_num_queries(24):
            http.get(at("rows", accepted.pk), {"limit": limit})


def test_a_file_is_made_and_taken(http, accepted):
    started = http.post(at("exports", accepted.pk), {"format": "csv"}, content_type="application/json")
    assert started.status_code == 202
    pk = started.json()["id"]
    assert http.get(at("export_file", pk)).status_code == 404
    from forms_engine.models import Export

    run_job(Export.objects.get(pk=pk).job_id)
    assert http.get(at("export", pk)).json()["state"] == "done"
    file = http.get(at("export_file", pk))
    assert "施**" in b"".join(file.streaming_content).decode("utf-8-sig")
    listed = http.get(at("exports", accepted.pk), {"limit": 1}).json()
    assert ([one["id"] for one in listed["items"]], listed["next"]) == ([pk], None)
    assert http.get(at("exports", accepted.pk), {"state": "failed"}).json()["items"] == []
    assert http.get(at("exports", accepted.pk), {"after": pk}).json()["items"] == []


def test_another_department_finds_nothing(cast, accepted):
    other = machine_door(*make_machine(department=cast.other_department.department_id, scopes=ALL))
    assert other.get(at("forms")).json()["items"] == []
    pages = [at("form", accepted.version.template_id)]
    pages += [at(name, accepted.pk) for name in ("dispatch", "progress", "totals", "rows", "exports")]
    answers = [other.get(page) for page in [*pages, at("dispatch", 10**9)]]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def names(http, address, **wanted):
    answer = http.get(address, wanted)
    assert answer.status_code == 200, answer.content
    return [found["id"] for found in answer.json()["items"]]


def days_from_today(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_forms_are_narrowed_by_state_department_and_day(http, accepted):
    form, forms = accepted.version.template_id, at("forms")
    assert names(http, forms, state="admitted", department="区民政局") == [form]
    assert names(http, forms, state="draft") == names(http, forms, department="区残联") == []
    assert names(http, forms, changed_since=days_from_today(0)) == [form]
    assert names(http, forms, changed_since=days_from_today(1)) == []


def test_a_decision_and_a_new_version_count_as_a_change_of_the_form(http, accepted):
    long_ago, version = timezone.now() - timedelta(days=90), accepted.version
    FormVersion.objects.filter(template=version.template).update(created_at=long_ago, decided_at=None)
    assert names(http, at("forms"), changed_since=days_from_today(-30)) == []
    FormVersion.objects.filter(pk=version.pk).update(decided_at=timezone.now())
    assert names(http, at("forms"), changed_since=days_from_today(-30)) == [version.template_id]
    FormVersion.objects.filter(pk=version.pk).update(decided_at=None)
    FormVersion.objects.create(template=version.template, number=2, workbook=b"")
    assert names(http, at("forms"), changed_since=days_from_today(-30), state="draft") == [version.template_id]


def test_sendings_are_narrowed_by_period_by_day_and_by_whether_they_are_closed(http, accepted):
    sendings, day = at("dispatches", accepted.version.template_id), accepted.reporting_date.isoformat()
    assert names(http, sendings, period=accepted.period, closed="false") == [accepted.pk]
    assert names(http, sendings, reporting_from=day, reporting_until=day) == [accepted.pk]
    after, before = (accepted.reporting_date + timedelta(days=days) for days in (1, -1))
    assert names(http, sendings, reporting_from=after) == names(http, sendings, reporting_until=before) == []
    assert names(http, sendings, period="1999年1月") == names(http, sendings, closed="true") == []


def test_a_sending_that_was_closed_is_found_by_the_day_of_it(http, accepted):
    sendings, sent = at("dispatches", accepted.version.template_id), Dispatch.objects.filter(pk=accepted.pk)
    assert names(http, sendings, changed_since=days_from_today(0)) == [accepted.pk]
    sent.update(created_at=timezone.now() - timedelta(days=90))
    assert names(http, sendings, changed_since=days_from_today(0)) == []
    sent.update(closed_at=timezone.now())
    assert names(http, sendings, changed_since=days_from_today(0), closed="true") == [accepted.pk]


@pytest.mark.parametrize(
    "query",
    [
        "state=live",
        "state=",
        "department=",
        "changed_since=yesterday",
        "changed_since=2026-13-01",
        "closed=no",
        "period=",
        "name=x",
    ],
)
def test_filters_of_forms_and_sendings_are_refused_where_they_say_nothing(http, accepted, query):
    for address in (at("forms"), at("dispatches", accepted.version.template_id)):
        assert http.get(f"{address}?{query}").status_code == 400


def test_the_first_and_the_last_day_of_the_calendar_are_days_like_others(http, accepted):
    for address in (at("forms"), at("dispatches", accepted.version.template_id)):
        assert len(names(http, address, changed_since="0001-01-01")) == 1
        assert names(http, address, changed_since="9999-12-31") == []


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("rows", "after=1-2"),
        ("rows", "limit=0"),
        ("rows", "limit=1001"),
        ("rows", "limit=1.0"),
        ("rows", "limit=1_0"),
        ("rows", "values__B=x"),
        ("rows", "limit=1&limit=2"),
        ("totals", "unreviewed=yes"),
        ("totals", "column="),
        ("progress", "after="),
        ("totals", "column=1"),
        ("progress", "after=310151"),
        ("exports", "report__area_code=1"),
    ],
)
def test_filters_that_are_not_declared_are_refused(http, accepted, name, query):
    answer = http.get(f"{at(name, accepted.pk)}?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "bad_request"


def test_a_person_gives_a_second_factor_before_rows_and_files(client, cast, accepted):
    sign_in(client, cast.department)
    assert client.get(at("rows", accepted.pk)).status_code == 200
    session = client.session
    session["second_factor_at"] = 0
    session.save()
    assert client.get(at("rows", accepted.pk)).status_code == 401
    assert client.get(at("forms")).status_code == 200


def test_a_stranger_gets_a_problem_and_a_challenge(accepted):
    answer = Client().get(at("forms"))
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    lost = Client().get("/api/v1/nowhere/")
    assert (lost.status_code, lost.json()["code"]) == (404, "not_found")


def test_the_limit_of_exports_holds_for_rows_too(http, accepted, settings):
    settings.LIMITS = settings.LIMITS | {"export": (2, 3600)}
    answers = [http.get(at("rows", accepted.pk)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert timedelta(seconds=int(answers[-1]["Retry-After"])) <= timedelta(hours=1)
