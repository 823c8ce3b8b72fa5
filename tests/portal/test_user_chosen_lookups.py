"""A visitor chooses values, never columns, lookups or an order: those stand in the code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse

from accounts.scope import acting_as
from portal.places import ROOT
from tests.doors import sign_in
from tests.factories import EAST, make_person

APPS = ("accounts", "registry", "tagging", "data_return", "forms_engine", "portal")
FILES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
LOOKUPS = {"filter", "exclude", "get", "order_by", "annotate", "aggregate", "values", "values_list", "only", "defer"}
LOOKUPS |= {"extra", "raw", "Q", "F", "update", "create", "distinct", "select_related", "prefetch_related"}
HOSTILE = {
    "user__password__regex": "^p",
    "name__startswith": "张",
    "id_number_sealed__contains": "s",
    "order_by": "id_number_sealed",
    "ordering": "-id_number_index",
    "sort": "user__password",
    "o": "-1",
    "filter": "1=1",
    "area_code__gte": "0",
    "pk__in": "1",
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def user_chosen(source: str) -> Iterator[str]:
    """Lookups whose names come from a request: `**request.GET`, `order_by(request...)`, `getattr(x, request...)`."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        names = [keyword.value for keyword in node.keywords if keyword.arg is None]
        names += node.args if name in LOOKUPS - {"get", "Q", "update"} or name == "getattr" else []
        on_request = name == "get" and not names
        if (name in LOOKUPS or name == "getattr") and not on_request:
            yield from (ast.unparse(node) for one in names if _comes_from_visitor(one))


def _comes_from_visitor(node: ast.expr) -> bool:
    """Whether an expression reads a request's parameters or a form's raw data, except as a value of a lookup."""
    words = {sub.attr for sub in ast.walk(node) if isinstance(sub, ast.Attribute)}
    return bool(words & {"GET", "POST", "query_params", "COOKIES", "headers"})


@pytest.mark.parametrize(
    "bad",
    [
        "Person.objects.filter(**request.GET)",
        "rows.order_by(request.GET['sort'])",
        "rows.filter(Q(**{k: v for k, v in request.POST.items()}))",
        "getattr(person, request.GET['field'])",
        "rows.values(*request.query_params.getlist('fields'))",
    ],
)
def test_the_check_sees_what_it_is_for(bad):
    assert list(user_chosen(bad))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_name_of_a_column_comes_from_a_visitor(path):
    assert list(user_chosen(path.read_text(encoding="utf-8"))) == []


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["person_list", "household_list", "dwelling_list", "organization_list", "event_list"])
def test_parameters_that_name_columns_change_nothing(client, cast, items, page):
    with acting_as(cast.worker):
        for name in ("李四", "张三", "王五"):
            make_person(EAST, name=name)
    browser, address = sign_in(client, cast.worker), reverse(f"registry:{page}")
    plain, hostile = browser.get(address), browser.get(address, HOSTILE)
    assert (plain.status_code, hostile.status_code) == (200, 200)
    assert shown(plain) == shown(hostile)
    if page == "person_list":
        assert len(shown(plain)) == 3


def shown(answer) -> list[int]:
    return [row.pk for row in answer.context["paging"].rows]
