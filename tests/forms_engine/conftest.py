from datetime import date

import pytest

from accounts.jobs import run_job
from accounts.scope import acting_as
from forms_engine.models import Report
from tests.factories import EAST, EAST_GRID, WEST, make_form, make_person, send_form

COLUMNS = {
    "B": "person.name",
    "D": "person.id_number",
    "E": "person.age",
    "H": "person.phone",
    "K": "person.bank_account",
    "N": "person.remark",
    "O": "是否愿意上门",
}


@pytest.fixture
def roster(cast, items):
    """Three old people: two of 东村 (one in the grid, one without a phone), one of 西村; and one too young."""
    with acting_as(cast.town):
        return {
            "grid": make_person(EAST_GRID, name="施桂兰", phone="13900002207"),
            "gap": make_person(EAST, name="阿卜杜热合曼·买买提"),
            "west": make_person(WEST, name="沈阿妹", phone="13900002208"),
            "young": make_person(EAST, name="小明", birth_date=date(2015, 5, 1), phone="13900002209"),
        }


@pytest.fixture
def form(cast, items):
    over_80 = {"item": "person.age", "op": ">=", "value": 80}
    return make_form(cast.department, COLUMNS, condition={"all": [over_80]})


@pytest.fixture
def sent(cast, form, roster):
    """The form, dispatched to both villages and prefilled."""
    dispatch = send_form(cast.department, form, EAST, WEST)
    run_job(dispatch.job_id)
    return dispatch


@pytest.fixture
def report(cast, sent):
    """The report of 东村."""
    with acting_as(cast.worker):
        return Report.objects.select_related("dispatch__version__template").get(dispatch=sent)
