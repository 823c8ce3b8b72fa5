"""What every subject of the registry shares."""

from collections.abc import Callable
from typing import TypeVar

import pghistory
from django.db import models

from accounts.models import ScopedModel

Model = TypeVar("Model", bound=type[models.Model])


def keep_history(name: str) -> Callable[[Model], Model]:
    """Keep the old row at every change and removal, by a statement-level trigger: set-based writes are kept too.

    name: of the history model, such as "PersonHistory". The migration puts its table under row-level security.
    """
    decorate: Callable[[Model], Model] = pghistory.track(
        pghistory.UpdateEvent(row=pghistory.Old),
        pghistory.DeleteEvent(),
        model_name=name,
        level=pghistory.Statement,
        context_field=None,  # type: ignore[arg-type]  # None is documented: no context is kept
        obj_field=pghistory.ObjForeignKey(related_name="history"),
    )
    return decorate


class Subject(ScopedModel):
    """A subject (登记对象). attributes: items without a column, keyed by item code, in canonical form.

    provenance: item code -> {"s": source kind, "by": who, "on": ISO date}; see `registry.changes`.
    """

    attributes = models.JSONField(default=dict, blank=True)
    provenance = models.JSONField(default=dict, blank=True, editable=False)
    version = models.IntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    closed_on = models.DateField("注销日期", null=True, blank=True)
    closed_reason = models.CharField("注销原因", max_length=50, blank=True)

    class Meta:
        abstract = True
