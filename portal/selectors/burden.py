"""The burden account (减负账): what departments asked of villages, and what the portal spared them.

About who issues forms, never about who fills them in: no figure by worker, post, grid or single village beside others.
Three statements whatever the number of forms and villages; what a report cost was counted before (`services.burden`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import Level, Range
from accounts.errors import NotFound
from accounts.local_days import add_months, months_until
from accounts.models import Area, Department
from accounts.roles import Role
from forms_engine.models import FormVersion, Report
from portal.periods import Period

TREND_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Burden:
    """What was asked in some reports. villages: each once, however often it was asked. late: sendings with less notice
    than was promised at the admission. uncounted: reports that came in the last minute.

    cells, fresh, known, returned, last_period, typed, retyped, confirmed: cells as in `ReportBurden`, of forms that
    villages filled in. spared: cells that data answered without asking a village.
    """

    forms: int = 0
    sendings: int = 0
    late: int = 0
    villages: int = 0
    reports: int = 0
    uncounted: int = 0
    cells: int = 0
    fresh: int = 0
    known: int = 0
    returned: int = 0
    last_period: int = 0
    typed: int = 0
    retyped: int = 0
    confirmed: int = 0
    spared: int = 0

    @property
    def prefilled(self) -> int:
        """Cells that arrived with a value."""
        return self.known + self.last_period

    @property
    def registered(self) -> int:
        """Cells that arrived with a value which the villages themselves had registered."""
        return self.known - self.returned

    @property
    def percent(self) -> int | None:
        """Share of the cells asked that arrived filled, rounded down; None where nothing was asked."""
        return 100 * self.prefilled // self.cells if self.cells else None

    @property
    def new_empty(self) -> int:
        """New asks that no last period answered."""
        return self.fresh - self.last_period

    @property
    def other_empty(self) -> int:
        """Bound cells that arrived empty."""
        return self.cells - self.prefilled - self.new_empty

    @property
    def avoided(self) -> int:
        """Values that nobody had to copy: arrived and not typed over, and those that data answered."""
        return self.prefilled - self.retyped + self.spared

    @property
    def minutes(self) -> int:
        """Estimated, rounded: the only figure here that is not counted."""
        seconds = self.typed * settings.BURDEN_TYPED_SECONDS + self.confirmed * settings.BURDEN_CONFIRMED_SECONDS
        return (seconds + 30) // 60


@dataclass(frozen=True, slots=True)
class Line:
    """What one department or one of its forms asked. form: "" where the line is of the whole department."""

    department_id: int
    department: str
    form: str
    burden: Burden


@dataclass(frozen=True, slots=True)
class Account:
    """area: whose villages. department: the only one looked at, None for all. departments, forms: most asked first."""

    area: Area
    department: Department | None
    period: Period
    total: Burden
    departments: Sequence[Line]
    forms: Sequence[Line]

    @property
    def lines(self) -> Sequence[Line]:
        """What the comparison compares: departments, or the forms of the only one."""
        return self.forms if self.department else self.departments


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    burden: Burden


def get_place(*, actor: Actor, code: int | None = None) -> Area:
    """An area of the post, its own by default; nothing below a village. Raises NotFound."""
    code = actor.area_code if code is None else code
    area = Area.objects.visible_to(actor).filter(code=code).exclude(level__in=(Level.GRID, Level.MICROGRID)).first()
    if area is None:
        raise NotFound
    return area


def get_issuer(*, actor: Actor, pk: int) -> Department:
    """A department that asked something in the area of the post; a department sees itself alone. Raises NotFound."""
    asked = Report.objects.visible_to(actor).filter(dispatch__version__template__department_id=OuterRef("pk"))
    found = Department.objects.filter(pk=pk)
    found = found.filter(pk=actor.department_id or 0) if _is_issuer(actor) else found.filter(Exists(asked))
    department = found.first()
    if department is None:
        raise NotFound
    return department


def own_department(actor: Actor) -> Department | None:
    """The department whose forms are all that the post may look at; None for towns, villages and the district."""
    return get_issuer(actor=actor, pk=actor.department_id or 0) if _is_issuer(actor) else None


def _is_issuer(actor: Actor) -> bool:
    """Other posts may name a department as well; that does not narrow what they look at."""
    return actor.role == Role.DEPARTMENT_STAFF


def get_account(*, area: Area, period: Period, department: Department | None) -> Account:
    """What was sent in the period to the villages of an area that the actor may see. Two queries."""
    found = _burdens(area.range, period, department)
    ids = {department_id for department_id, *_ in found if department_id is not None}
    names = dict(Department.objects.filter(pk__in=ids).values_list("pk", "name"))
    lines = [Line(pk, names[pk], form, burden) for pk, form, burden in found if pk is not None]
    lines.sort(key=lambda line: (-line.burden.cells - line.burden.spared, line.department, line.form))
    return Account(
        area=area,
        department=department,
        period=period,
        total=next(burden for pk, _, burden in found if pk is None),
        departments=[line for line in lines if not line.form],
        forms=[line for line in lines if line.form],
    )


def list_months(*, area: Area, period: Period, department: Department | None, count: int = TREND_MONTHS) -> list[Month]:
    """The months up to the end of the period, none ahead of today, the oldest first, also empty ones. One query."""
    last = min(period.last_month, localdate().replace(day=1))
    first = add_months(last, 1 - count)
    with connection.cursor() as cursor:
        cursor.execute(_BY_MONTH, _given(area.range, Period("", "", first, count), department))
        found = {row[0]: Burden(*map(int, row[1:])) for row in cursor.fetchall()}
    return [Month(month, found.get(month, Burden())) for month in months_until(last, count)]


_COUNTED = ("cells", "fresh", "known", "returned", "last_period", "typed", "retyped", "confirmed")
_SUMS = ", ".join(f"coalesce(sum(b.{name}) FILTER (WHERE NOT b.undisturbed), 0)" for name in _COUNTED)
_FIGURES = f"""
count(DISTINCT t.id), count(DISTINCT d.id),
count(DISTINCT d.id) FILTER (WHERE v.answer_mode = %(fill)s AND
    (d.due_at AT TIME ZONE %(zone)s)::date < (d.created_at AT TIME ZONE %(zone)s)::date + v.lead_days),
count(DISTINCT r.area_code), count(r.id), count(r.id) FILTER (WHERE b.report_id IS NULL), {_SUMS},
coalesce(sum(b.known + b.last_period) FILTER (WHERE b.undisturbed), 0)
FROM forms_engine_report r
JOIN forms_engine_dispatch d ON d.id = r.dispatch_id
JOIN forms_engine_formversion v ON v.id = d.version_id
JOIN forms_engine_formtemplate t ON t.id = v.template_id
LEFT JOIN portal_reportburden b ON b.district = r.district AND b.report_id = r.id
WHERE r.area_code BETWEEN %(low)s AND %(high)s AND d.created_at >= %(since)s AND d.created_at < %(until)s
  AND r.state <> %(preparing)s AND (%(department)s IS NULL OR t.department_id = %(department)s)
"""
# Villages and sendings cannot be added up, so the database counts each level by itself.
_BY_ISSUER = f"""
SELECT t.department_id, coalesce(t.name, ''), {_FIGURES}
GROUP BY GROUPING SETS ((), (t.department_id), (t.department_id, t.id, t.name))
"""  # noqa: S608 - names of our own columns
_BY_MONTH = f"SELECT date_trunc('month', d.created_at AT TIME ZONE %(zone)s)::date, {_FIGURES} GROUP BY 1"  # noqa: S608


def _burdens(area: Range, period: Period, department: Department | None) -> list[tuple[int | None, str, Burden]]:
    """(department, name of the form, figures): (None, "") is all of it, (department, "") all of a department."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_ISSUER, _given(area, period, department))
        return [(pk, form, Burden(*map(int, figures))) for pk, form, *figures in cursor.fetchall()]


def _given(area: Range, period: Period, department: Department | None) -> dict[str, Any]:
    return {
        "low": area[0],
        "high": area[1],
        "since": period.since,
        "until": period.until,
        "zone": settings.TIME_ZONE,
        "fill": FormVersion.AnswerMode.FILL.value,
        "preparing": Report.State.PREPARING.value,
        "department": department.pk if department else None,
    }
