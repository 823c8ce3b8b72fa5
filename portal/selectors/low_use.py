"""Systems that hardly anybody opens (使用少的系统), found from entries by the one login; and the letters about them."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.dateformat import format as format_date

from accounts.actors import Actor
from accounts.errors import NotFound
from portal.models import Entrance, LaunchCount, System, SystemLetter
from portal.models.systems import SystemQuerySet


@dataclass(frozen=True, slots=True)
class Window:
    """Whole months that were looked at: first days of the first and of the last."""

    since: date
    until: date

    def __str__(self) -> str:
        return f"{format_date(self.since, 'Y年n月')}至{format_date(self.until, 'Y年n月')}"


def window_before(today: date) -> Window:
    """The last whole months, `LOW_USE_MONTHS` of them: a running month would always look low."""
    last = months_before(today, 1)
    return Window(months_before(today, settings.LOW_USE_MONTHS), last)


def list_low_use(*, actor: Actor, today: date) -> QuerySet[System]:
    """Systems that the post keeps or that are at its desk, hardly used. See `only_hardly_used`.

    last_kind: of its last letter. due_on: of one that waits.
    """
    letters = SystemLetter.objects.filter(system=OuterRef("pk")).order_by("-pk")
    found = only_hardly_used(System.objects.answered_for_by(actor), today).annotate(
        last_kind=Subquery(letters.values("kind")[:1]),
        due_on=Subquery(letters.waiting().values("due_on")[:1]),
    )
    return found.select_related("department")


def only_hardly_used(systems: SystemQuerySet, today: date) -> QuerySet[System]:
    """Those of `systems` that people could enter for the whole window, and hardly did: the least used first.

    entries: of all roles together. Systems without the one login are not counted, so nothing is said of them.
    """
    window = window_before(today)
    opened = Entrance.objects.filter(system=OuterRef("pk"), is_open=True)
    enterable = systems.usable_on_the_day().filter(Exists(opened), admitted_on__lt=window.since, retired_on=None)
    counted = enterable.annotate(entries=_launches(window))
    return counted.filter(entries__lt=settings.LOW_USE_LAUNCHES).order_by("entries", "pk")


def get_low_use(*, actor: Actor, pk: int, today: date) -> System:
    """One of them. Raises NotFound."""
    found = list_low_use(actor=actor, today=today).filter(pk=pk).first()
    if found is None:
        raise NotFound("这个系统不在“使用少的系统”里:次数够了,或者已经暂停、退出。")
    return found


def list_letters(*, actor: Actor) -> QuerySet[SystemLetter]:
    """Of the post's own department's systems, and of those at its desk."""
    seen = System.objects.answered_for_by(actor).order_by().values("pk")
    found = SystemLetter.objects.filter(system__in=seen)
    return found.select_related("system__department__area", "issued_by__area", "answered_by__department")


def list_letters_to_answer(*, actor: Actor) -> QuerySet[SystemLetter]:
    """What waits for the post's department, the first due first."""
    kept = System.objects.kept_by(actor).order_by().values("pk")
    found = SystemLetter.objects.waiting().filter(system__in=kept).select_related("system")
    return found.order_by("due_on", "pk")


def get_letter(*, actor: Actor, pk: int) -> SystemLetter:
    """Raises NotFound."""
    found = list_letters(actor=actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _launches(window: Window) -> Coalesce:
    counted = LaunchCount.objects.filter(system=OuterRef("pk"), month__range=(window.since, window.until))
    total = counted.order_by().values("system").annotate(total=Sum("count")).values("total")
    return Coalesce(Subquery(total), Value(0))


def months_before(day: date, months: int) -> date:
    """First day of the month so many months before the one of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
