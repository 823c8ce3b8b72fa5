"""Walks the schema of the API: every operation tells a title, an example that fits its own shape, its filters, its
pages and its refusals."""

import re
from functools import cache

import pytest
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from accounts.problems import PROBLEM
from portal.api.examples import EXAMPLES
from tests.doors import sign_in
from tests.matrix.cells import routes

LISTS = {
    "forms": "items",
    "form_dispatches": "items",
    "dispatch_progress": "items",
    "dispatch_rows": "rows",
    "dispatch_exports": "items",
    "reports": "items",
    "report_rows": "rows",
    "systems": "items",
    "system_todos": "items",
    "tags": "items",
    "tag_assignments": "items",
}
"""Operations that may answer more than fits, and where their rows stand."""
BOUNDED = {"dispatch_totals", "report_confirm"}
"""One line per area of the level below; one for each cell that was sent."""


@cache
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def operations():
    return [
        pytest.param(method, told, id=told["operationId"])
        for methods in schema()["paths"].values()
        for method, told in methods.items()
    ]


def shape_of(told):
    """JSON Schema of a media type of the description: references resolved, null as JSON Schema says it."""
    return _plain(told["schema"])


def _plain(node):
    if isinstance(node, list):
        return [_plain(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _plain(schema()["components"]["schemas"][node["$ref"].rpartition("/")[2]])
    plain = {key: _plain(value) for key, value in node.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") else plain


def fits(told):
    Draft202012Validator(shape_of(told)).validate(told["example"])


def test_every_route_of_the_api_is_described():
    paths = {str(pattern.pattern) for name, pattern in routes().items() if str(pattern.pattern).startswith("api/v1/")}
    assert len(schema()["paths"]) == len(paths - {"api/v1/schema/"})


@pytest.mark.parametrize(("method", "told"), operations())
def test_it_has_a_title_and_says_what_it_does(method, told):
    assert 2 <= len(told["summary"]) <= 40
    assert told["description"].startswith(told["summary"])
    assert told["tags"]


@pytest.mark.parametrize(("method", "told"), operations())
def test_its_example_fits_its_own_shape(method, told):
    if told["operationId"] == "export_file":
        return  # a workbook, or CSV
    answers = [answer for status, answer in told["responses"].items() if status.startswith("2")]
    assert answers
    for media in [*told.get("requestBody", {}).get("content", {}).values(), answers[0]["content"]["application/json"]]:
        fits(media)


@pytest.mark.parametrize(("method", "told"), operations())
def test_its_refusals_are_problems_with_an_example(method, told):
    wanted = {"400", "401", "403", "404", "429"} | ({"409", "415", "422"} if method != "get" else set())
    assert wanted <= set(told["responses"])
    for status, answer in told["responses"].items():
        if not status.startswith("2"):
            assert set(answer["content"]) == {PROBLEM}
            fits(answer["content"][PROBLEM])
            assert answer["content"][PROBLEM]["example"]["status"] == int(status)


@pytest.mark.parametrize(("method", "told"), operations())
def test_its_filters_are_explained_with_an_example_that_fits(method, told):
    asked = [one for one in told.get("parameters", []) if one["in"] != "path"]
    assert [one["name"] for one in asked if not one.get("description")] == []
    filters = {one["name"]: one for one in asked if one["in"] == "query" and one["name"] not in ("after", "limit")}
    for told_filter in filters.values():
        fits(told_filter)
    assert set(filters) == set(EXAMPLES[told["operationId"]].asked if told["operationId"] in EXAMPLES else ())


@pytest.mark.parametrize(("method", "told"), operations())
def test_what_may_be_long_comes_in_pages_behind_a_key(method, told):
    name = told["operationId"]
    body = next(iter(told["responses"].values()))["content"]
    shape = shape_of(body["application/json"]) if "application/json" in body else {}
    is_list = shape.get("type") == "array" or {"items", "rows"} & set(shape.get("properties", {}))
    if name not in LISTS:
        assert not is_list or name in BOUNDED or name == "report_summary"
        return
    assert {"after", "limit"} <= {one["name"] for one in told["parameters"]}
    assert {LISTS[name], "next"} <= set(shape["properties"])
    assert "offset" not in {one["name"] for one in told["parameters"]}


def test_no_example_is_left_of_an_operation_that_is_gone():
    names = {told["operationId"] for methods in schema()["paths"].values() for told in methods.values()}
    assert set(EXAMPLES) == names - {"export_file"}


def test_examples_name_no_long_number_but_made_up_ones():
    found = set(re.findall(r"\d{11,}", str(EXAMPLES)))
    assert found <= {"13900002210", "310151000000", "310151101000", "310151101001"}


@pytest.mark.django_db
def test_the_version_stands_in_the_address_and_in_the_schema(client, cast):
    answer = sign_in(client, cast.system).get(reverse("api_schema"), {"format": "json"}).json()
    assert all(path.startswith("/api/v1/") for path in answer["paths"])
    assert answer["info"]["version"].startswith("1.")
