"""Input that is read as it is declared: a name, a type or a number that is not declared is refused, never guessed."""

from collections.abc import Mapping
from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

BIGGEST = 10**18 - 1
"""Of a number that names an object; in addresses 18 digits at most. A bigint holds more."""
MOST = 1000


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses names that it does not know; objects only, no lists and no null."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, Mapping) else set()
        if unknown:
            raise serializers.ValidationError({str(name)[:50]: ["没有这个字段。"] for name in sorted(unknown, key=str)})
        return super().to_internal_value(data)


class StrictInteger(serializers.IntegerField):
    """A number of JSON, or plain digits in an address: not "1.0", not true."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("invalid")
        if isinstance(data, str) and not (self._in_address and data.isascii() and data.isdigit()):
            self.fail("invalid")
        return int(super().to_internal_value(data))

    @property
    def _in_address(self) -> bool:
        return isinstance(self.root, QueryInput)


class StrictText(serializers.CharField):
    """Text of JSON, not a number that could be one. NUL has no place in a PostgreSQL text; the schema says so."""

    default_validators = [RegexValidator(r"^[^\x00]*\Z")]

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class StrictWords(StrictText):
    """Text that says something: not blanks alone, and the schema says so."""

    default_validators = [RegexValidator(r"^[^\x00]*[^\x00\s][^\x00]*\Z")]


class StrictBoolean(serializers.BooleanField):
    """true and false; in an address the words."""

    def to_internal_value(self, data: Any) -> bool:
        known = {"true": True, "false": False} if isinstance(self.root, QueryInput) else {}
        if isinstance(data, bool):
            return data
        if not isinstance(data, str) or data not in known:
            self.fail("invalid", input=data)
        return known[data]


class QueryInput(StrictSerializer):
    """Filters of an address; each at most once."""

    def to_internal_value(self, data: Any) -> Any:
        repeated = [name for name in data if len(data.getlist(name)) > 1]
        if repeated:
            raise serializers.ValidationError({name: ["只能写一次。"] for name in repeated})
        # As a plain mapping: REST framework takes an empty text of a form for one that was not sent.
        return super().to_internal_value(data.dict())


class PageQuery(QueryInput):
    """Keyset paging: the next page begins behind `after`."""

    after = StrictInteger(default=None, min_value=1, max_value=BIGGEST, help_text="上一页给出的 next")
    limit = StrictInteger(default=100, min_value=1, max_value=MOST, help_text="一页最多几条")


class RowsQuery(QueryInput):
    """Paging of the filling page: behind "position-subject"."""

    after = serializers.RegexField(
        r"^[0-9]{1,18}-[0-9]{1,18}\Z", default="", allow_blank=True, max_length=40, help_text="上一页给出的 next"
    )
    limit = StrictInteger(default=MOST, min_value=1, max_value=MOST, help_text="一页最多几行")


class AnswersQuery(QueryInput):
    """Paging of accepted rows: behind "report-position-subject"."""

    after = serializers.RegexField(
        r"^[0-9]{1,18}-[0-9]{1,9}-[0-9]{1,18}\Z",
        default="",
        allow_blank=True,
        max_length=60,
        help_text="上一页给出的 next",
    )
    limit = StrictInteger(default=MOST, min_value=1, max_value=MOST, help_text="一页最多几行")
