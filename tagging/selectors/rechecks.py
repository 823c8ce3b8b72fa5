"""Re-verification (复核): which assignments nobody has looked at for a whole cycle of their tag.

An assignment was looked at on the day it began, and each time somebody found it still true. When as many days as the
tag's cycle have passed, it waits for the worker and counts as unverified (待复核).
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate, make_aware

from accounts.actors import Actor
from tagging.models import SubjectTags, Tag, TagEvent
from tagging.models.catalogue import TagQuerySet
from tagging.selectors.catalogue import readable_tags


class IsIn(Func):
    """value = ANY (array)"""

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


def is_unverified(tag: Tag, looked_on: date | None) -> bool:
    """Whether an assignment waits, told by the day somebody looked last."""
    if tag.recheck_days is None:
        return False
    return looked_on is None or looked_on + timedelta(tag.recheck_days) <= localdate()


def unverified(tag: Tag) -> Q:
    """The same over rows of `SubjectTags` that carry the tag."""
    return ~Q(Exists(_looks_at(tag).filter(at__gte=_midnight(_days_ago(tag.recheck_days or 0)))))


def list_due(*, actor: Actor) -> QuerySet[SubjectTags]:
    """Subjects that live in the post's area and have an assignment that waits, each once."""
    looks = TagEvent.objects.filter(
        _about(OuterRef(OuterRef("district")), OuterRef(OuterRef("entity")), OuterRef(OuterRef("subject_id"))),
        Q(IsIn(OuterRef("pk"), F("gained"))) | Q(IsIn(OuterRef("pk"), F("checked"))),
        at__gte=_begin_of_cycle(),
    )
    waiting = _cyclic(actor).filter(IsIn(F("pk"), OuterRef("tags")), ~Exists(looks))
    return _living_here(actor).filter(Exists(waiting))


def list_due_tags(*, actor: Actor) -> TagQuerySet:
    """Tags with assignments that wait in the post's area, each with `due`, how many."""
    looks = TagEvent.objects.filter(
        _about(OuterRef("district"), OuterRef("entity"), OuterRef("subject_id")),
        Q(IsIn(OuterRef(OuterRef("pk")), F("gained"))) | Q(IsIn(OuterRef(OuterRef("pk")), F("checked"))),
        at__gte=_begin_of_cycle(OuterRef),
    )
    carriers = _living_here(actor).filter(IsIn(OuterRef("pk"), F("tags")), ~Exists(looks))
    counted = carriers.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("*")).values("n")
    return _cyclic(actor).annotate(due=Coalesce(Subquery(counted), 0)).filter(due__gt=0)


def list_due_of(*, actor: Actor, tag: Tag) -> QuerySet[SubjectTags]:
    """Assignments of one tag that wait in the post's area, with `looked_at`, the longest waiting first."""
    last = _looks_at(tag).order_by().values("subject_id").annotate(last=Max("at")).values("last")
    carriers = _living_here(actor).filter(entity=tag.subject, tags__contains=[tag.pk])
    return carriers.filter(unverified(tag)).annotate(looked_at=Subquery(last)).order_by("looked_at", "subject_id")


def _cyclic(actor: Actor) -> TagQuerySet:
    return readable_tags(actor).filter(recheck_days__isnull=False)


def _living_here(actor: Actor) -> QuerySet[SubjectTags]:
    rows: QuerySet[SubjectTags] = SubjectTags.objects.visible_to(actor).filter(area_code__range=actor.scope or (0, -1))
    return rows


def _looks_at(tag: Tag) -> QuerySet[TagEvent]:
    """Events of a row of `SubjectTags` by which somebody or a rule vouched for the tag."""
    about = _about(OuterRef("district"), OuterRef("entity"), OuterRef("subject_id"))
    return TagEvent.objects.filter(about, Q(gained__contains=[tag.pk]) | Q(checked__contains=[tag.pk]))


def _about(district: Any, entity: Any, subject_id: Any) -> Q:
    return Q(district=district, entity=entity, subject_id=subject_id)


def _begin_of_cycle(wrap: Any = lambda reference: reference) -> Expression:
    """First moment that still counts for the tag outside; wrap: for one that stands two queries further out."""
    days = ExpressionWrapper(wrap(OuterRef("recheck_days")) * Value(timedelta(days=1)), output_field=DurationField())
    return ExpressionWrapper(Value(_midnight(localdate() + timedelta(days=1))) - days, output_field=DateTimeField())


def _days_ago(cycle: int) -> date:
    return localdate() - timedelta(days=cycle - 1)


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))
