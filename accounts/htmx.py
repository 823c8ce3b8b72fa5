"""The only place that reads what kind of answer is wanted: whole page, part or JSON, and where to go after a step."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers

API_ROOT = "/api/"


def wants_part(request: HttpRequest) -> bool:
    """True for an htmx request that swaps a fragment; boosted and history-restore requests get the whole page."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def wants_json(request: HttpRequest) -> bool:
    """True for a script that says so, and for every address of the API."""
    return request.path.startswith(API_ROOT) or request.headers.get("Accept", "").startswith("application/json")


def page_or_part(
    request: HttpRequest, page: str, part: str, context: dict[str, Any], *, refused: bool = False
) -> HttpResponse:
    """The fragment for htmx, else its page. A refused form answers 422, which base.html lets htmx swap."""
    template = part if wants_part(request) else page
    response = render(request, template, context, status=422 if refused else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


def go(request: HttpRequest, to: str, *args: Any, **kwargs: Any) -> HttpResponse:
    """Send the browser to another page, whether it asked by htmx or not."""
    url = resolve_url(to, *args, **kwargs)
    if wants_part(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
