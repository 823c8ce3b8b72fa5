"""The documentation of the API, for who builds a system against it: a page and the schema it reads."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView

from accounts.access import access
from accounts.rights import USE_API_DOCS


@access(USE_API_DOCS)
@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/api_docs.html")


api_schema = access(USE_API_DOCS)(SpectacularAPIView.as_view())
