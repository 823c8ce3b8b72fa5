"""Pages of the import of people from Excel."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access, actor_of
from accounts.exporting import as_download, write_table
from accounts.forms import refusals_on
from accounts.people_import import EXAMPLES, HEADERS
from accounts.rights import MANAGE_PEOPLE
from accounts.services.people_import import begin_people_import, get_people_import, write_people

SECRETS = ("姓名", "用户名", "初始密码", "还需要放行码")


class PeopleFileForm(forms.Form):
    file = forms.FileField(
        label="Excel 文件(.xlsx)",
        error_messages={"required": "请先选择一个 Excel 文件。", "empty": "这个文件是空的,请重新选择。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )


@access(MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def people_import(request: HttpRequest) -> HttpResponse:
    form = PeopleFileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        with refusals_on(form):
            kept = begin_people_import(actor=actor_of(request), data=file.read(), filename=file.name)
            return redirect("accounts:people_import_detail", kept.pk)
    return render(request, "accounts/people_import.html", {"form": form}, status=422 if form.is_bound else 200)


@access(MANAGE_PEOPLE)
@require_safe
def people_import_template(request: HttpRequest) -> HttpResponse:
    return as_download(write_table("人员名单", HEADERS, EXAMPLES), "人员名单模板.xlsx")


@access(MANAGE_PEOPLE, step_up=True)
@never_cache
@require_safe
def people_import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    kept = get_people_import(actor=actor_of(request), pk=pk)
    wrong = {error["row"]: error for error in kept.errors}
    lines = [(row, wrong.get(row["number"])) for row in kept.rows]
    context = {"kept": kept, "lines": lines, "good": len(kept.rows) - len(wrong)}
    return render(request, "accounts/people_import_detail.html", context)


@access(MANAGE_PEOPLE, step_up=True)
@never_cache
@sensitive_variables("given", "rows")
@require_POST
def people_import_write(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers with the one-time passwords as Excel; they are shown nowhere else."""
    only_good = request.POST.get("rows") == "good"
    given = write_people(actor=actor_of(request), pk=pk, only_good=only_good)
    rows = [
        (user.full_name, user.username, secret.text, "是" if secret.needs_release else "") for user, secret in given
    ]
    return as_download(write_table("初始密码", SECRETS, rows), "初始密码.xlsx")


def _yes(needed: bool) -> str:
    return "是" if needed else ""
