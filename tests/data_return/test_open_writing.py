"""Reading opens no writing: only the department that publishes a dataset changes its records, after saying so."""

import pytest
from django.db import ProgrammingError, transaction
from django.utils.timezone import localdate, now

from accounts.errors import NotAllowed, NotFound
from accounts.scope import acting_as
from data_return.models import ReturnedRecord
from data_return.services.writing import open_writing
from tests.factories import EAST

pytestmark = [pytest.mark.django_db, pytest.mark.rls]


def make_record(dataset, key="1"):
    record = ReturnedRecord(area_code=EAST, dataset=dataset, source_key=key, fingerprint=b"1")
    record.observed_on, record.received_at = localdate(), now()
    record.save(force_insert=True)
    return record


def test_the_publishing_department_writes_what_it_opened(officers, dataset):
    with acting_as(officers.disabled):
        open_writing(actor=officers.disabled, dataset=dataset)
        make_record(dataset)
        assert ReturnedRecord.objects.update(area_code=EAST + 1000) == 1
        assert ReturnedRecord.objects.all().delete()[0] == 1


def test_whoever_reads_has_not_opened_writing(officers, dataset):
    officer = officers.disabled
    with acting_as(officer):
        open_writing(actor=officer, dataset=dataset)
        make_record(dataset)
    with acting_as(officer):
        assert ReturnedRecord.objects.visible_to(officer).count() == 1
        assert ReturnedRecord.objects.visible_to(officer).update(area_code=EAST + 1000) == 0
        assert ReturnedRecord.objects.all().delete()[0] == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            make_record(dataset, key="2")
        assert ReturnedRecord.objects.visible_to(officer).get().area_code == EAST


def test_another_department_opens_nothing(officers, dataset):
    for officer in (officers.civil, officers.nowhere):
        with acting_as(officer), pytest.raises(NotFound):
            open_writing(actor=officer, dataset=dataset)


def test_who_publishes_nothing_opens_nothing(cast, dataset):
    with acting_as(cast.worker), pytest.raises(NotAllowed):
        open_writing(actor=cast.worker, dataset=dataset)
