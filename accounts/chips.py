"""Filters in force as chips that can be taken off (`_chips.html`)."""

from typing import Any

from django.forms import ChoiceField, Form
from django.http import HttpRequest

from accounts.paging import AFTER


def list_chips(request: HttpRequest, form: Form) -> list[dict[str, str]]:
    """One chip for each filled filter of a bound form. form: of GET parameters, already validated."""
    return [
        {"label": str(form[name].label), "value": _words(form, name, value), "remove_url": _without(request, name)}
        for name, value in form.cleaned_data.items()
        if value not in ("", None, [])
    ]


def _words(form: Form, name: str, value: Any) -> str:
    chosen = form.fields[name]
    if isinstance(chosen, ChoiceField):
        return str(dict(chosen.choices).get(value, value))  # type: ignore[arg-type]
    return str(value)


def _without(request: HttpRequest, name: str) -> str:
    query = request.GET.copy()
    query.pop(name, None)
    query.pop(AFTER, None)
    text = query.urlencode()
    return f"{request.path}?{text}" if text else request.path
