"""How a message is written for a target (字段对应): its names for our fields, its values for our codes. Pure."""

import json
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from data_return.push.topics import Content, PushField

ROWS = "rows"


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """key: ours. name: the target's. as_names: a code is sent by its name. values: what else is sent for a code."""

    key: str
    name: str
    as_names: bool = False
    values: Map[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mapping:
    """head: key of the head -> the target's name; what is missing is not sent. rows: its name for the list of rows."""

    head: Map[str, str] = field(default_factory=dict)
    rows: str = ROWS
    fields: Sequence[FieldMapping] = ()

    @classmethod
    def of(cls, kept: Map[str, Any]) -> Self:
        """From `PushFlow.mapping`."""
        fields = [FieldMapping(**one) for one in kept.get("fields", [])]
        return cls(kept.get("head", {}), kept.get("rows", ROWS), fields)

    def as_dict(self) -> dict[str, Any]:
        fields = [
            {"key": one.key, "name": one.name, "as_names": one.as_names, "values": dict(one.values)}
            for one in self.fields
        ]
        return {"head": dict(self.head), "rows": self.rows, "fields": fields}


def write_json(mapping: Mapping, fields: Sequence[PushField], content: Content) -> bytes:
    """The body of a request: the same for the same content, byte by byte."""
    known = {one.key: one for one in fields}
    plan = [(one, known[one.key].codes if one.key in known else {}) for one in mapping.fields]
    rows = [{one.name: _value(row.get(one.key), one, codes) for one, codes in plan} for row in content.rows]
    head = {name: content.head.get(key, "") for key, name in mapping.head.items()}
    return json.dumps(head | {mapping.rows: rows}, ensure_ascii=False, separators=(",", ":")).encode()


def _value(value: Any, one: FieldMapping, codes: Map[str, str]) -> Any:
    if value is None or not (codes or one.values):
        return value
    code = str(value).lower() if isinstance(value, bool) else str(value)
    if code in one.values:
        return one.values[code]
    return codes.get(code, value) if one.as_names else value
