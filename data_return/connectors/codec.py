"""How far a run has come, as text that keeps types: a time read back is a time. Pure."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_READERS: dict[str, Callable[[str], Any]] = {
    "$time": datetime.fromisoformat,
    "$day": date.fromisoformat,
    "$number": Decimal,
}


def write_down(value: Any) -> str:
    return json.dumps(value, default=_tagged, ensure_ascii=False)


def read_back(text: str) -> Any:
    return json.loads(text, object_hook=_untagged)


def _tagged(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, date):
        return {"$day": value.isoformat()}
    return {"$number": str(value)} if isinstance(value, Decimal) else str(value)


def _untagged(found: dict[str, Any]) -> Any:
    if len(found) == 1:
        ((tag, text),) = found.items()
        if tag in _READERS:
            return _READERS[tag](text)
    return found
