"""Pages of people (人)."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import limits
from accounts.access import access
from accounts.actors import Actor
from accounts.errors import DomainError
from accounts.forms import refusals_on
from accounts.notices import tell
from accounts.rights import CHANGE_RESIDENTS, IMPORT_RESIDENTS, SAVE_LISTS, VIEW_EVENTS, VIEW_RESIDENTS, holds
from accounts.sealing import SealBroken, open_sealed, seal
from registry.catalogue import get_catalogue
from registry.forms import LeavingForm, PeopleForm, SearchForm, SubjectForm
from registry.marks import list_choices
from registry.models import Entity, Person
from registry.selectors.areas import get_area_names, list_areas_below, list_register_communities
from registry.selectors.events import list_events_of_person
from registry.selectors.people import PeopleFilter, count_people, list_people, marks_for
from registry.selectors.places import list_members
from registry.selectors.saved_lists import list_saved
from registry.selectors.search import NAME_LEVEL
from registry.selectors.subjects import get_subject
from registry.services.differences import settle_difference
from registry.services.people import Leaving, add_person, change_person, close_person, reopen_person
from registry.views.cards import actor_of, card_context, card_page, form_page, show_closing, subject_form
from registry.views.lists import export_list, list_context, without
from registry.views.people_rows import named

SEARCH = "registry.search"
FIND = "find"


@access(VIEW_RESIDENTS)
@require_GET
def person_list(request: HttpRequest) -> HttpResponse:
    if "q" in request.GET:
        return _sealed_search(request.GET["q"])
    limits.spend(actor_of(request), limits.SEARCH)
    form, text = people_form(request), _searched(request)
    people = _found(request, form, text)
    counts = count_people(people, actor_of(request))
    context = list_context(request, Entity.PERSON, people, form, total=counts.total, searched=bool(text))
    if text:
        chip = {"label": "查找", "value": text, "remove_url": without(request, FIND)}
        context["chips"] = [chip, *context["chips"]]
    context |= {"counts": counts, "search": SearchForm(initial={"q": text}), "text": text, "why": _why(request, text)}
    context["saved_lists"] = list_saved(actor=actor_of(request)) if holds(actor_of(request), SAVE_LISTS) else []
    return render(request, "registry/person_list.html", context | _may(request))


@access(VIEW_RESIDENTS)
@require_POST
def person_search(request: HttpRequest) -> HttpResponse:
    """The search box. What was typed goes on sealed: no name and no number stands in an address or its log."""
    return _sealed_search(request.POST.get("q", ""))


@access(VIEW_RESIDENTS, step_up=True, file=True)
@require_GET
def person_export(request: HttpRequest) -> HttpResponse:
    return export_list(request, Entity.PERSON, _found(request, people_form(request), _searched(request)))


@access(VIEW_RESIDENTS)
@require_GET
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    context = card_context(request, Entity.PERSON, pk)
    person, actor = context["subject"], actor_of(request)
    context["members"] = named(list_members(actor=actor, household_id=person.household_id), actor)
    context["events"] = list_events_of_person(actor=actor, person=person) if holds(actor, VIEW_EVENTS) else []
    context |= _places(person)
    return card_page(request, "registry/person_detail.html", context, beside=context["members"])


@access(CHANGE_RESIDENTS)
@require_http_methods(["GET", "POST"])
def person_add(request: HttpRequest) -> HttpResponse:
    form = _person_form(request)

    def save(form: SubjectForm) -> HttpResponse | None:
        with refusals_on(form):
            person = add_person(
                actor=actor_of(request),
                area_code=form.area("area_code") or actor_of(request).area_code,
                registered_area_code=form.area("registered_area_code") or 0,
                values=form.values,
                on=timezone.localdate(),
            )
            tell(request, "已新增这位居民。")
            return redirect("registry:person_detail", person.pk)
        return None

    context = {"noun": "居民", "back": reverse("registry:person_list")}
    return form_page(request, form, save, template="registry/subject_form.html", context=context)


@access(CHANGE_RESIDENTS)
@require_http_methods(["GET", "POST"])
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_subject(actor=actor_of(request), entity=Entity.PERSON, pk=pk, on=timezone.localdate())
    form = _person_form(request, person)

    def save(form: SubjectForm) -> HttpResponse | None:
        with refusals_on(form):
            outcome = change_person(
                actor=actor_of(request),
                pk=pk,
                version=form.cleaned_data["version"],
                values=form.values,
                on=timezone.localdate(),
                area_code=form.area("area_code"),
                registered_area_code=form.area("registered_area_code"),
            )
            tell(request, saved_sentence(outcome.differences))
            return redirect("registry:person_detail", pk)
        return None

    context = {"noun": "居民", "subject": person, "back": reverse("registry:person_detail", args=[pk])}
    return form_page(request, form, save, template="registry/subject_form.html", context=context)


@access(CHANGE_RESIDENTS)
@require_http_methods(["GET", "POST"])
def person_close(request: HttpRequest, pk: int) -> HttpResponse:
    today = timezone.localdate()
    person = get_subject(actor=actor_of(request), entity=Entity.PERSON, pk=pk, on=today)
    form = LeavingForm(request.POST or None, initial={"on": today})
    if form.is_valid():
        with refusals_on(form):
            reason, on = Leaving(form.cleaned_data["reason"]), form.cleaned_data["on"]
            close_person(actor=actor_of(request), pk=pk, reason=reason, on=on, today=today)
            tell(request, "已注销,今天之内可以撤销。", undo=reverse("registry:person_reopen", args=[pk]))
            return redirect("registry:person_detail", pk)
    context = {"form": form, "subject": person, "noun": "居民", "back": reverse("registry:person_detail", args=[pk])}
    return show_closing(request, form, context)


@access(CHANGE_RESIDENTS)
@require_POST
def person_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    reopen_person(actor=actor_of(request), pk=pk, today=timezone.localdate())
    tell(request, "已撤销注销。")
    return redirect("registry:person_detail", pk)


@access(CHANGE_RESIDENTS)
@require_POST
def difference_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """采用 or 不采用; back to the card it stands on."""
    take = request.POST.get("take") == "1"
    settled = settle_difference(actor=actor_of(request), pk=pk, take=take)
    tell(request, "已采用另一来源的值。" if take else "已保留现在的值。")
    return redirect(f"registry:{settled.entity}_detail", settled.subject_id)


def saved_sentence(differences: int) -> str:
    if differences:
        return f"已保存。其中 {differences} 项现有部门数据,您填的值已记为差异,请在本页处理。"
    return "已保存。"


def _places(person: Person) -> dict[str, str]:
    """Where the person lives and is registered, in words."""
    community, register = person.community_code, person.registered_community_code
    names = get_area_names({person.area_code, community, register})
    lives_in = [names[code] for code in dict.fromkeys((community, person.area_code)) if code in names]
    return {"lives_in": " ".join(lives_in), "registered_in": names.get(register, "本镇以外")}


def people_form(request: HttpRequest) -> PeopleForm:
    """Filters of the list, as the address says."""
    return people_forms(actor_of(request))(request.GET)


def people_forms(actor: Actor) -> Callable[[QueryDict], PeopleForm]:
    """Makes forms of filters; what they offer is read once."""
    marks = [get_catalogue().item(code) for code in marks_for(actor)]
    areas, tags = list(list_areas_below(actor)), list_choices(actor, Entity.PERSON)
    return lambda given: PeopleForm(given, areas=areas, marks=marks, tags=tags)


def _found(request: HttpRequest, form: PeopleForm, text: str) -> QuerySet[Person]:
    area = form.read("area")
    wanted = PeopleFilter(
        text=text,
        living=form.read("living") or "",
        sex=form.read("sex") or "",
        age_from=form.read("age_from"),
        age_to=form.read("age_to"),
        area=form.areas[area].range if area else None,
        marks=tuple(form.read("marks") or ()),
        closed=bool(form.read("closed")),
        tags=form.tags,
    )
    return list_people(actor=actor_of(request), wanted=wanted, on=timezone.localdate())


def _sealed_search(text: str) -> HttpResponse:
    address = reverse("registry:person_list")
    text = text.strip()[:60]
    return redirect(f"{address}?{urlencode({FIND: seal(SEARCH, text)})}" if text else address)


def _searched(request: HttpRequest) -> str:
    """What was typed; a token that was tampered with searches for nothing and says so."""
    token = request.GET.get(FIND, "")
    return _opened(token) if token else ""


def _opened(token: str) -> str:
    try:
        return open_sealed(SEARCH, token)
    except SealBroken:
        raise DomainError("这个查找链接不完整,请重新查找。") from None


def _person_form(request: HttpRequest, person: Person | None = None) -> SubjectForm:
    form = subject_form(request, Entity.PERSON, person)
    form.ask_register(list_register_communities(actor_of(request)))
    return form


def _why(request: HttpRequest, text: str) -> str:
    """Why the list is empty, and what to do."""
    if text and actor_of(request).clearance < NAME_LEVEL:
        return "本岗位看到的姓名、电话和地址是脱敏的,不能按这些查找。请输入完整的证件号码,或按区域、年龄、性别筛选。"
    if text:
        return "没有找到。地址请至少输入三个字;证件号码请输入完整的 18 位;也可能此人不在本岗位范围内。"
    return "没有符合条件的居民。请去掉一些筛选条件。" if len(request.GET) else "本岗位范围内还没有登记居民。"


def _may(request: HttpRequest) -> dict[str, Any]:
    actor = actor_of(request)
    return {
        "can_change": holds(actor, CHANGE_RESIDENTS),
        "can_import": holds(actor, IMPORT_RESIDENTS),
        "saves_lists": holds(actor, SAVE_LISTS),
    }
