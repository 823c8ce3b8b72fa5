"""Logs are JSON lines that carry no personal data, whatever is handed to them."""

import json
import logging
import sys

import pytest
from django.test import Client, RequestFactory

from accounts.origin import coming_from
from portal.logging import JsonFormatter, request_reference, without_personal_data
from portal.network import client_address


def line(message: str, *, error: Exception | None = None, **extra: object) -> dict[str, object]:
    """What the formatter makes of a log call."""
    problem = None
    if error:
        try:
            raise error
        except type(error):
            problem = sys.exc_info()
    record = logging.getLogger("t").makeRecord("t", logging.ERROR, "f", 1, message, (), problem, extra=extra)
    return json.loads(JsonFormatter().format(record))


@pytest.mark.canary
@pytest.mark.parametrize("number", ["310230194001011234", "31023019400101123X", "13800138000", "6222021001112223334"])
def test_long_numbers_are_crossed_out_wherever_they_stand(number: str) -> None:
    found = line(f"号码{number}。", error=ValueError(f"bad {number}"), note=f"又见 {number}")

    assert number not in json.dumps(found, ensure_ascii=False)
    assert found["message"] == "号码***。"


@pytest.mark.canary
def test_values_quoted_by_the_database_stay_out() -> None:
    said = 'duplicate key value violates unique constraint "x"\nDETAIL:  Key (name)=(张三) already exists.\n'
    found = line("failed", error=RuntimeError(said))

    assert "张三" not in json.dumps(found, ensure_ascii=False)
    assert found["error"]["text"] == 'duplicate key value violates unique constraint "x"'
    assert found["error"]["type"] == "RuntimeError"


def test_a_line_tells_time_place_and_reference() -> None:
    token = request_reference.set("abc")
    try:
        found = line("job_failed", job=7)
    finally:
        request_reference.reset(token)

    assert (found["message"], found["job"], found["reference"], found["level"]) == ("job_failed", 7, "abc", "ERROR")
    assert str(found["time"]).endswith("+08:00")


def test_lines_of_background_work_carry_its_reference() -> None:
    with coming_from(reference="job:7"):
        assert line("lease_lost")["reference"] == "job:7"
    assert "reference" not in line("lease_lost")


def test_short_numbers_and_codes_are_kept() -> None:
    assert without_personal_data("job 42 of 310151 took 1234567890 ns") == "job 42 of 310151 took 1234567890 ns"


def test_a_request_is_logged_by_its_view_never_by_its_address(
    client: Client, db, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="portal.request"):
        client.get("/login/?next=%E5%BC%A0%E4%B8%89")

    record = caplog.records[-1]
    assert (record.view, record.status, record.post) == ("accounts:login", 200, None)
    assert "next" not in JsonFormatter().format(record)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.7, 203.0.113.9", "198.51.100.7"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_only_our_own_proxies_say_where_a_request_comes_from(
    proxies: int, forwarded: str, address: str, settings
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", headers={"x-forwarded-for": forwarded}, REMOTE_ADDR="192.0.2.1")

    assert client_address(request) == address
