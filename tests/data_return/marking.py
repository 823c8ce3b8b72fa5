"""Shared by the tests of corrections and comparisons."""

from datetime import date

from accounts.scope import acting_as
from accounts.sealing import open_sealed
from data_return.models import ReturnedRecord

BORN = date(1940, 1, 1)
LOW_INCOME_ITEMS = ["person.id_number", "person.name", "person.birth_date", "person.phone", "person.low_income_amount"]
LOW_INCOME_HEAD = ["身份证号码", "姓名", "出生日期", "联系电话", "低保金额", "镇街", "村居"]
EVERYTHING = ["person.id_number", "person.name", "person.phone"]


def record_of(actor, **values) -> ReturnedRecord:
    """The one record that the actor reads, or the one with that value: record_of(actor, name="张三")."""
    with acting_as(actor):
        found = ReturnedRecord.objects.visible_to(actor)
        for key, value in values.items():
            found = found.filter(values__contains={f"person.{key}": value})
        return found.get()


def id_number_of(person) -> str:
    return open_sealed("person.id_number", person.id_number_sealed)
