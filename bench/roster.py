"""A form of thirty columns and its sendings, for the lines about reports. Everything belongs inside `frame.undone`."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.codes import from_official
from accounts.models import Department, Post, User
from accounts.roles import Role
from accounts.xlsx import column_letter
from forms_engine.models import Dispatch, FormColumn, FormTemplate, FormVersion, Report
from forms_engine.services.dispatch import dispatch_form
from registry.catalogue import get_catalogue

DISTRICT = from_official("310151000000")
WORKBOOK = next(Path("forms_engine/data/form_templates").glob("01_*.xlsx"))
LAYOUT = {"sheet": "Sheet1", "first_data_row": 4, "last_data_row": 8, "skipped_rows": []}
SEALED = ("person.id_number", "person.bank_account")
KEYS = """
name sex ethnicity birth_date age education political_status marital_status phone workplace employment_status
registered_address residence_address residency_type move_in_date relation_to_head health_status self_care_ability
is_elderly_alone is_empty_nest is_disabled is_low_income elderly_allowance_standard bank_name caregiver_name
caregiver_relation remark former_name
"""
OPEN = tuple(f"person.{key}" for key in KEYS.split())
_PEOPLE = """
SELECT area_code - area_code %% 1000000 AS community, count(*) FROM registry_person
WHERE area_code BETWEEN %s AND %s AND closed_on IS NULL AND death_date IS NULL GROUP BY 1 ORDER BY 1
"""


def make_department() -> Actor:
    """Staff of a department of the whole district."""
    department = Department.objects.create(name="区民政局(测速)", area_id=DISTRICT)
    user = User.objects.create(username="bench-department", full_name="测速")
    post = Post.objects.create(user=user, role=Role.DEPARTMENT_STAFF, area_id=DISTRICT, department=department)
    return Post.objects.with_context().get(pk=post.pk).as_actor(second_factor=True)


def make_form(actor: Actor, items: Sequence[str]) -> FormVersion:
    """An admitted form with a running number and a column for each item."""
    template = FormTemplate.objects.create(
        name="测速", department_id=actor.department_id or 0, created_by_id=actor.post_id
    )
    version = FormVersion.objects.create(
        template=template,
        state=FormVersion.State.ADMITTED,
        workbook=WORKBOOK.read_bytes(),
        filename=WORKBOOK.name,
        layout=LAYOUT,
        purpose="测速",
        lead_days=0,
    )
    catalogue = get_catalogue()
    columns = [FormColumn(version=version, letter="A", position=1, header="序号", kind=FormColumn.Kind.NUMBER)]
    for position, code in enumerate(items, start=2):
        item = catalogue.item(code)
        column = FormColumn(version=version, letter=column_letter(position), position=position, header=item.name)
        column.kind, column.item, column.type = FormColumn.Kind.ITEM, item, item.type
        columns.append(column)
    FormColumn.objects.bulk_create(columns)
    return version


def count_people() -> dict[int, int]:
    """Community -> living residents, in the order of the codes."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [DISTRICT, DISTRICT + 10**12 - 1])
        return dict(cursor.fetchall())


def send(actor: Actor, version: FormVersion, communities: Sequence[int], period: str) -> Dispatch:
    """A sending whose reports are still to be prefilled."""
    return dispatch_form(
        actor=actor,
        version=version,
        period=period,
        reporting_date=localdate(),
        due_at=now() + timedelta(days=10),
        area_codes=list(communities),
    )


def reports_of(dispatch: Dispatch) -> list[Report]:
    return list(Report.objects.filter(dispatch=dispatch).order_by("area_code"))


def community_like(people: dict[int, int], size: int) -> int:
    """The community whose number of residents is nearest to `size`."""
    return min(people, key=lambda code: abs(people[code] - size))
