"""Provenance of imported rows. Rows that know the same items share one stamp: the database puts it on, and only its
number travels with the row."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from registry.changes import Source
from registry.importing.checking import ID_NUMBER

# The blind index of the ID number goes into its stamp.
PROVENANCE = f"""
(%(stamps)s::jsonb[])[stamp]
|| CASE WHEN id_number_index IS NULL THEN '{{}}' ELSE jsonb_build_object(
    '{ID_NUMBER}', %(source)s::jsonb || jsonb_build_object('ix', encode(id_number_index, 'hex'))) END
"""
"""SQL of the provenance of a row of import_people."""
WITH_MORE = f"{PROVENANCE} || coalesce(more_stamps, '{{}}')"
"""The same where other sealed items bring their stamps along; each `||` writes the whole value anew."""


class Stamps:
    """columns: values of the items whose stamp carries no blind index, None where a row has none."""

    def __init__(self, source: Source, columns: Mapping[str, Sequence[Any]]) -> None:
        self._source = source.stamp()
        self._columns = columns
        self._with_gaps = [code for code, column in columns.items() if None in column]
        self._numbers: dict[tuple[bool, ...], int] = {}

    def number_of(self, position: int) -> int:
        """Which of the shared stamps the row at a position gets, from 1."""
        gaps = tuple(self._columns[code][position] is None for code in self._with_gaps)
        return self._numbers.setdefault(gaps, len(self._numbers) + 1)

    def more(self, marks: Mapping[str, str]) -> str:
        """JSON of the stamps of further sealed items. marks: item code -> blind index in hex."""
        return json.dumps({code: self._source | {"ix": mark} for code, mark in marks.items()}, ensure_ascii=False)

    def parameters(self) -> dict[str, Any]:
        """What PROVENANCE needs, once every row has its number."""
        return {"stamps": [self._text(gaps) for gaps in self._numbers], "source": json.dumps(self._source)}

    def _text(self, gaps: tuple[bool, ...]) -> str:
        left_out = {code for code, gone in zip(self._with_gaps, gaps, strict=True) if gone}
        known = {code: self._source for code in self._columns if code not in left_out}
        return json.dumps(known, ensure_ascii=False)
