"""One reader of values for every way in: import, grid, API, form."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .choices import code_parser, parse_boolean
from .contacts import parse_phone, parse_plate, parse_uscc
from .dates import parse_date, parse_datetime, parse_month
from .identity import parse_id_number
from .item_spec import ItemSpec
from .numbers import parse_decimal, parse_integer
from .refusals import ValueRefused
from .text import as_text, clean_text, compact, is_nothing

Canonical = str | int | bool | None
Parser = Callable[[object], Canonical]
LENGTH = re.compile(r"len<=(\d+)")
DEFAULT_LENGTH = 500


@dataclass(frozen=True, slots=True)
class ParsedColumn:
    """values: canonical forms in the order given, None where empty or refused; refused: 0-based position -> why."""

    values: list[Canonical]
    refused: dict[int, ValueRefused] = field(default_factory=dict)


def parse_value(item: ItemSpec, raw: object, codes: Mapping[str, str] | None = None) -> Canonical:
    """The stored form of one value: codes as codes, days as ISO 8601, decimals as plain text; None for an empty one.

    codes: each accepted spelling -> stored code, for an item of type code. Raises ValueRefused.
    """
    return column_parser(item, codes)(raw)


def column_parser(item: ItemSpec, codes: Mapping[str, str] | None = None) -> Parser:
    """`parse_value` made ready for a whole column."""
    if item.type == "text":
        return _text_parser(item)
    parse = _typed_parser(item, codes)

    def parse_or_none(raw: object) -> Canonical:
        if raw is None or (type(raw) is str and is_nothing(raw.strip())):
            return None
        return parse(raw)

    return parse_or_none


def parse_column(item: ItemSpec, raws: Iterable[object], codes: Mapping[str, str] | None = None) -> ParsedColumn:
    """A column at once. Each spelling is read once: columns of a form repeat few values."""
    cells = raws if isinstance(raws, Sequence) else list(raws)
    spellings = _spellings(cells)
    refusals: dict[object, ValueRefused] = {}
    known = _parse_each(dict(zip(spellings, cells, strict=True)), column_parser(item, codes), refusals)
    refused = {nth: refusals[key] for nth, key in enumerate(spellings) if key in refusals} if refusals else {}
    return ParsedColumn(list(map(known.__getitem__, spellings)), refused)


def _spellings(cells: Sequence[object]) -> Sequence[object]:
    """What tells equal cells from different ones: 1, 1.0 and True are equal in Python, and not on a sheet."""
    return cells if set(map(type, cells)) <= {str} else list(zip(map(type, cells), cells, strict=True))


def _parse_each(
    cells: Mapping[object, object], parse: Parser, refusals: dict[object, ValueRefused]
) -> dict[object, Canonical]:
    known: dict[object, Canonical] = {}
    for spelling, raw in cells.items():
        try:
            known[spelling] = parse(raw)
        except ValueRefused as refusal:
            known[spelling], refusals[spelling] = None, refusal
    return known


def _text_parser(item: ItemSpec) -> Parser:
    found = LENGTH.search(item.format)
    limit = int(found[1]) if found else DEFAULT_LENGTH

    def parse(raw: object) -> Canonical:
        text = clean_text(raw) if type(raw) is str else as_text(raw)
        if len(text) > limit:
            raise ValueRefused("too_long", f"“{item.name}”最多 {limit} 个字,现在是 {len(text)} 个字,请缩短。")
        return text or None

    return parse


def _typed_parser(item: ItemSpec, codes: Mapping[str, str] | None) -> Parser:
    if item.type == "code":
        return code_parser(codes) if codes else _text_parser(item)
    if item.type == "date" and item.format == "YYYY-MM":
        return parse_month
    return TYPED[item.type]


def _compacted(parse: Callable[[str], str]) -> Parser:
    def parse_compact(raw: object) -> Canonical:
        plain = type(raw) is str and raw.isascii() and raw.isalnum()  # as nearly all are: nothing to clean
        return parse(str(raw) if plain else compact(as_text(raw)))

    return parse_compact


def _derived(raw: object) -> Canonical:
    return as_text(raw) or None


TYPED: dict[str, Parser] = {
    "id_number": _compacted(parse_id_number),
    "uscc": _compacted(parse_uscc),
    "phone": _compacted(parse_phone),
    "plate": _compacted(parse_plate),
    "date": parse_date,
    "datetime": parse_datetime,
    "integer": parse_integer,
    "decimal": parse_decimal,
    "boolean": parse_boolean,
    "derived": _derived,
}
