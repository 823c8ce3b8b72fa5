"""What fields of a source mean: the registry's binder reads their names, and where it finds nothing, their values tell.

A sample is shown masked by the item that each field probably is; of a field that nobody knows only its shape.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from accounts.xlsx import Sheet, UploadRefused, Workbook
from data_return.connectors.kinds import Columns
from data_return.placing import PLACE_ITEMS
from registry.binding import ColumnBinding, bind_opened
from registry.catalogue import get_catalogue
from registry.masking import HIDDEN, show
from registry.models import DataItem, ItemType
from registry.rules import ItemSpec, ValueRefused, parse_column, parse_value

TELLING = (ItemType.ID_NUMBER, ItemType.USCC, ItemType.PHONE)
"""Types whose values are hardly ever taken for something else."""
MOSTLY, BY_VALUES, EXAMPLES = 0.8, 0.7, 3


@dataclass(frozen=True, slots=True)
class FieldSample:
    """item: code of the proposed one, "" for none. examples: masked for the officer, or shapes."""

    name: str
    item: str
    why: str
    examples: list[str]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def sample_fields(
    names: Sequence[str], columns: Columns, size: int, items: Sequence[DataItem], clearance: int
) -> list[FieldSample]:
    """Each field with what it probably is; no item is proposed twice."""
    wanted = [*items, *(get_catalogue().item(code) for code in PLACE_ITEMS)]
    filled = {name: columns.get(name, [None] * size) for name in names}
    found = _by_names(filled, wanted)
    found |= _by_values({name: filled[name] for name in names if name not in found}, wanted, found)
    by_code = {item.code: item for item in wanted}
    samples = []
    for name in names:
        code, why = found.get(name, ("", "名称和内容都看不出是哪个数据项,请您选择。"))
        examples = [_example(by_code.get(code), raw, clearance) for raw in _first(filled[name])]
        samples.append(FieldSample(name, code, why, examples))
    return samples


def _by_names(columns: Columns, items: Sequence[DataItem]) -> dict[str, tuple[str, str]]:
    names = list(columns)
    rows: list[list[object]] = [
        list(names),
        *([_cell(value) for value in row] for row in zip(*columns.values(), strict=True)),
    ]
    try:
        binding = bind_opened(Workbook((Sheet("数据", rows),)), [ItemSpec.of(item) for item in items])
    except UploadRefused:
        return {}
    return _once({column.header: column for column in binding.columns if column.is_bound and column.header in columns})


def _once(bound: Mapping[str, ColumnBinding]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for name, column in sorted(bound.items(), key=lambda pair: -pair[1].confidence):
        if column.item not in {code for code, _ in found.values()}:
            found[name] = str(column.item), column.why
    return found


def _by_values(
    columns: Columns, items: Sequence[DataItem], found: Mapping[str, tuple[str, str]]
) -> dict[str, tuple[str, str]]:
    taken = {code for code, _ in found.values()}
    told: dict[str, tuple[str, str]] = {}
    for item in items:
        if item.type not in TELLING or item.code in taken:
            continue
        name = next((one for one in columns if one not in told and _fits(item, columns[one])), None)
        if name is not None:
            told[name] = item.code, f"内容都像“{item.name}”。"
    return told


def _fits(item: DataItem, raws: Sequence[Any]) -> bool:
    given = [raw for raw in raws if raw not in (None, "")]
    read = parse_column(ItemSpec.of(item), given)
    return bool(given) and len(given) - len(read.refused) >= MOSTLY * len(given)


def _first(raws: Sequence[Any]) -> list[Any]:
    return [raw for raw in raws if raw not in (None, "")][:EXAMPLES]


def _example(item: DataItem | None, raw: Any, clearance: int) -> str:
    if item is None:
        return _shape(raw)
    catalogue = get_catalogue()
    try:
        value = parse_value(ItemSpec.of(item), raw, catalogue.spellings(item.code) or None)
    except ValueRefused:
        return f"{HIDDEN}(不符合“{item.name}”的要求)"
    return show(item, value, clearance, catalogue)


def _shape(raw: Any) -> str:
    if isinstance(raw, bool):
        return "是或否"
    if isinstance(raw, int | float):
        return "数字"
    return "日期或时间" if isinstance(raw, date) or _is_time(raw) else f"文字,{len(str(raw))} 个字"


def _is_time(raw: Any) -> bool:
    try:
        date.fromisoformat(str(raw)[:10])
    except ValueError:
        return False
    return True


def _cell(value: Any) -> object:
    return "" if value is None else value
