"""No number, phone or password in any log, address, task argument, audit line or error page, whatever goes wrong."""

import io
import json
import logging

import pytest
from django.db import DataError, connection
from django.urls import reverse

from accounts import tasks
from accounts.scope import acting_as
from accounts.waking import call
from portal.logging import JsonFormatter
from tests.doors import PASSWORD, sign_in, username_of, watching
from tests.factories import EAST, make_id_number, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.canary]
PHONE, WORD = "13912345678", "Kanarienvogel-77"


@pytest.fixture
def number():
    return make_id_number()


@pytest.fixture
def log():
    """Everything that any logger says, as the JSON lines it becomes."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger(name) for name in ("", "django.request", "django.server", "axes", "celery", "portal")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield said
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


@pytest.fixture
def village(cast, items, number):
    with acting_as(cast.worker):
        return make_person(EAST, name="施桂兰", phone=PHONE, id_number=number)


def clean(text, number):
    """Whether none of the canaries stands in a text."""
    return not any(canary in text for canary in (number, PHONE, WORD, PASSWORD))


def test_searches_cards_and_forms_leave_nothing_in_logs_addresses_and_audit_lines(client, cast, village, number, log):
    sign_in(client, cast.worker)
    addresses = []
    with watching() as statements:
        for typed in (number, PHONE):
            found = client.post(reverse("registry:person_search"), {"q": typed})
            addresses.append(found["Location"])
            client.get(found["Location"])
            client.get(reverse("registry:person_list"), {"q": typed})
            client.get(f"/residents/{typed}") if typed.isdigit() else None
            client.get(f"/no/such/{typed}")
            client.post(reverse("registry:event_people"), {"q": typed})
        client.get(reverse("registry:person_detail", args=[village.pk]))
        client.get(reverse("registry:person_export"))
        client.post(reverse("registry:person_add"), {"person.id_number": number, "person.phone": PHONE})
    lines = [one for one in statements if "accounts_auditentry" in one]
    assert len(lines) >= 6
    assert clean(" ".join(addresses), number)
    assert clean(" ".join(lines), number)
    assert log.getvalue().count('"request"') >= 10
    assert clean(log.getvalue(), number)


def test_passwords_leave_nothing_wherever_they_are_typed(client, cast, number, log):
    name = username_of(cast.worker)
    with watching() as statements:
        client.post(reverse("accounts:login"), {"username": WORD, "password": WORD})
        client.post(reverse("accounts:login"), {"username": name, "password": WORD})
        client.post(reverse("accounts:login"), {"username": name, "password": PASSWORD})
        words = {"old_password": PASSWORD, "new_password1": WORD, "new_password2": WORD}
        client.post(reverse("accounts:password"), words)
    assert clean(log.getvalue(), number)
    assert clean(" ".join(one for one in statements if "accounts_auditentry" in one), number)


@pytest.mark.parametrize("breaks", ["bug", "database"])
def test_an_error_page_and_its_log_tell_nothing_of_what_was_sent(
    client, cast, village, number, log, monkeypatch, breaks
):
    def broken(*args, **kwargs):
        if breaks == "bug":
            raise RuntimeError(f"cannot handle {number} {PHONE}")
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::integer", [f"{number} {PHONE}"])

    monkeypatch.setattr("registry.views.people.list_people", broken)
    sign_in(client, cast.worker)
    client.raise_request_exception = False
    find = client.post(reverse("registry:person_search"), {"q": number})["Location"]
    answer = client.get(find)
    assert answer.status_code == 500
    assert clean(answer.content.decode(), number)
    assert answer["X-Request-ID"] in answer.content.decode()
    assert '"ERROR"' in log.getvalue()
    assert clean(log.getvalue(), number)


def test_a_database_error_that_quotes_values_is_cut_in_the_log(number, log):
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::integer", [f"x{number} 施桂兰"])
    except DataError:
        logging.getLogger("portal").exception("job_failed")
    assert "job_failed" in log.getvalue()
    assert clean(log.getvalue(), number)


def test_a_task_carries_ids_only(cast, monkeypatch):
    """What goes to Redis: the id of a row."""
    sent = []
    monkeypatch.setattr(tasks.run_job_task, "apply_async", lambda *args, **options: sent.append((args, options)))
    call(tasks.run_job_task, 42)
    assert json.dumps(sent) == '[[[[42]], {"retry": false}]]'
