"""The workbench (工作台): what must I do, by when, what is already done."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import rights
from accounts.access import access


@access(rights.WORK)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/home.html")
