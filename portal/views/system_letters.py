"""Systems that are hardly used, and the letters about them: the desk writes, the department answers."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.audit import record
from accounts.errors import Conflict
from accounts.exporting import as_download
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell, warn
from portal.letter_file import compose_letter
from portal.models import System
from portal.selectors.low_use import get_letter, get_low_use, list_letters, list_low_use, window_before
from portal.services.systems.letters import answer_letter, issue_letter
from portal.system_forms import AnswerForm, LetterForm
from portal.word_file import DOCX, write_word

LIST, LETTER = "portal:system_low_use", "portal:system_letter"
MOST_LETTERS = 100


@access(rights.VIEW_LETTERS)
@require_safe
def system_low_use(request: HttpRequest) -> HttpResponse:
    """What is hardly used and the letters about it: the desk sees all of its area, a department its own."""
    actor = actor_of(request)
    today = localdate()
    context = {
        "window": window_before(today),
        "desk": rights.holds(actor, rights.ADMIT_SYSTEMS),
        "systems": list_low_use(actor=actor, today=today),
        "letters": list_letters(actor=actor)[:MOST_LETTERS],
        "enough": settings.LOW_USE_LAUNCHES,
        "today": today,
    }
    return render(request, "portal/system_low_use.html", context)


@access(rights.ADMIT_SYSTEMS)
@require_POST
def system_letter_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """pk: of the system."""
    actor = actor_of(request)
    system = get_low_use(actor=actor, pk=pk, today=localdate())
    form = LetterForm(request.POST)
    if not form.is_valid():
        warn(request, "请选择函件种类,要求不超过 300 字。")
        return go(request, LIST)
    letter = issue_letter(actor=actor, pk=system.pk, **form.cleaned_data)
    tell(request, f"已发出{letter},{letter.due_on:%m-%d} 前由部门答复。")
    return go(request, LETTER, letter.pk)


@access(rights.VIEW_LETTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def system_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter, and the answer of the department."""
    actor = actor_of(request)
    letter = get_letter(actor=actor, pk=pk)
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            answer_letter(actor=actor, pk=pk, **form.cleaned_data)
            tell(request, "已答复,区里会看到。")
            return go(request, LETTER, pk)
    kept = System.objects.kept_by(actor).filter(pk=letter.system_id).exists()
    waits = type(letter).objects.waiting().filter(pk=pk).exists()
    context = {"letter": letter, "said": compose_letter(letter), "form": form, "can_answer": kept and waits}
    return render(request, "portal/system_letter.html", context, status=422 if form.errors else 200)


@access(rights.VIEW_LETTERS, file=True)
@require_safe
def system_letter_word(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    letter = get_letter(actor=actor, pk=pk)
    record(actor, "system.letter_taken", letter)
    return as_download(write_word(compose_letter(letter)), f"{letter}.docx", DOCX)
