"""Sending a browser to a system: by a redirect, or by a page where a redirect would be held back."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def leave_for(request: HttpRequest, url: str, *, name: str = "") -> HttpResponse:
    """url: registered and compared before. name: of where it leads to.

    After a form of ours (login, second factor, opening) browsers apply `form-action 'self'` to the whole chain of
    redirects that follows: there a page goes on by itself.
    """
    if urlsplit(request.headers.get("Referer", "")).netloc == request.get_host():
        return render(request, "portal/leaving.html", {"url": url, "name": name})
    return HttpResponse(status=302, headers={"Location": url})
