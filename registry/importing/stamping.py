"""Provenance of imported rows as JSON text: one stamp for all, so a line is put together and not serialised."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry.changes import Source
from registry.importing.checking import ID_NUMBER


class Stamps:
    """columns: values of the items whose stamp carries no blind index, None where a row has none."""

    def __init__(self, source: Source, columns: Mapping[str, Sequence[Any]]) -> None:
        self._stamp = json.dumps(source.stamp(), ensure_ascii=False)
        self._open = self._stamp[:-1]
        self._columns = columns
        self._with_gaps = [code for code, column in columns.items() if None in column]
        self._known: dict[tuple[bool, ...], str] = {}

    def lines(
        self, positions: Sequence[int], numbers: Sequence[bytes | None], others: Sequence[Mapping[str, str]]
    ) -> Iterator[str]:
        """Provenance of each position. numbers: blind index of the ID number; others: further ones, in hex."""
        gaps = [self._columns[code] for code in self._with_gaps]
        for position, number, other in zip(positions, numbers, others, strict=True):
            text = self._text(tuple(column[position] is None for column in gaps))
            if number is not None:
                text += self._marked(ID_NUMBER, number.hex())
            for code, mark in other.items():
                text += self._marked(code, mark)
            yield f"{{{text[1:]}}}"

    def _text(self, missing: tuple[bool, ...]) -> str:
        """Stamps of the plain items that a row has, each behind a comma."""
        text = self._known.get(missing)
        if text is None:
            left_out = {code for code, gone in zip(self._with_gaps, missing, strict=True) if gone}
            text = "".join(f',"{code}": {self._stamp}' for code in self._columns if code not in left_out)
            self._known[missing] = text
        return text

    def _marked(self, code: str, mark: str) -> str:
        return f',"{code}": {self._open}, "ix": "{mark}"}}'
