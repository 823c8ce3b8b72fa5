"""The simple condition builder: a list of rows (item, comparison, value) to a condition tree and back.

Trees are those of `registry.conditions`; the builder makes one level: all of the rows, or any of them. What stands
deeper, or is negated as no row can say, is a group: it is shown in words, and kept or left out as a whole.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import TextChoices

from accounts.actors import Actor
from accounts.errors import DomainError
from registry.catalogue import SUBJECTS, Catalogue
from registry.conditions import ORDERED_TYPES, describe_condition
from registry.leaf_kinds import kind_of, list_kinds
from registry.models import DataItem, Entity, ItemType

IDENTIFYING = re.compile(r"name$|address$|keep:")  # masks of the catalogue
LIST_SIGNS = re.compile(r"[、,,;;\s]+")
YES, NO = frozenset("是 有 对 true 1 √".split()), frozenset("否 无 不是 false 0 ×".split())  # noqa: SIM905


class Comparison(TextChoices):
    """How a row compares (比较方式)."""

    IS = "=", "是"
    IS_NOT = "!=", "不是"
    IN = "in", "属于(可填多个,用顿号分开)"
    AT_LEAST = ">=", "不小于"
    MORE = ">", "大于"
    AT_MOST = "<=", "不超过"
    LESS = "<", "小于"
    KNOWN = "known", "已登记"
    UNKNOWN = "unknown", "未登记"


NEGATED: Mapping[str, str] = {"=": Comparison.IS_NOT, "known": Comparison.UNKNOWN}


class BadRow(DomainError):
    """One row of the builder cannot be understood; the message names its item."""

    code = "bad_condition"


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """item: code, or word:code of `registry.leaf_kinds`, or word:code:item; value: as typed, "" for none."""

    item: str
    op: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class ConditionGroup:
    """A part that is no row. key: names it in a form; words: for people."""

    key: str
    tree: Mapping[str, Any]
    words: str


def build_tree(
    rows: Sequence[ConditionRow], join: str, catalogue: Catalogue, groups: Sequence[ConditionGroup] = ()
) -> dict[str, Any]:
    """Condition tree of the rows and of groups that were kept. join: "all" or "any". {} without any. Raises BadRow."""
    parts = [*(_leaf(row, catalogue) for row in rows), *(group.tree for group in groups)]
    return {join: parts} if parts else {}


def split_tree(tree: Mapping[str, Any], catalogue: Catalogue) -> tuple[str, list[ConditionRow]]:
    """join and rows of a tree; its groups are told by `list_groups`."""
    join, parts = _parts(tree)
    rows = [_row(part, catalogue) for part in parts]
    return join, [row for row in rows if row is not None]


def list_groups(tree: Mapping[str, Any], catalogue: Catalogue) -> list[ConditionGroup]:
    """Parts of a tree that no row can say, in their order."""
    return [
        ConditionGroup(_key(part), part, describe_condition(part, catalogue))
        for part in _parts(tree)[1]
        if _row(part, catalogue) is None
    ]


def list_condition_items(catalogue: Catalogue) -> list[DataItem]:
    """Items that a roster can be limited by; whether one fits the form's subject shows when the tree is compiled.

    Names, addresses, telephones and numbers are left out: with them a count would tell about one person.
    """
    offered = (*SUBJECTS, Entity.AREA)
    return [item for item in catalogue.items.values() if item.entity in offered and not IDENTIFYING.match(item.mask)]


def list_condition_leaves(actor: Actor, *, granted: bool = False) -> list[tuple[str, dict[str, str]]]:
    """Groups of what higher floors offer to that post: label, and word:code -> name. Empty groups are left out.

    granted: with what needs a grant, for a condition that is compiled under one.
    """
    groups = [(kind, kind.choices(actor)) for kind in list_kinds() if granted or not kind.granted]
    return [
        (kind.label, {f"{kind.word}:{code}": name for code, name in choices.items()})
        for kind, choices in groups
        if choices
    ]


def _parts(tree: Mapping[str, Any]) -> tuple[str, list[Any]]:
    join = "any" if "any" in tree else "all"
    return join, list(tree.get(join, [tree] if tree else []))


def _key(part: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:16]


def _leaf(row: ConditionRow, catalogue: Catalogue) -> dict[str, Any]:
    word, _, code = row.item.rpartition(":")
    if ":" not in word:
        return _told_leaf(row) if word else _item_leaf(row, catalogue)
    leaf = _item_leaf(replace(row, item=code), catalogue)
    word, _, code = word.partition(":")
    return {"not": {word: code, **leaf["not"]}} if "not" in leaf else {word: code, **leaf}


def _told_leaf(row: ConditionRow) -> dict[str, Any]:
    """A leaf that is true or false and has no value: 是 asks for it, 不是 for its absence."""
    word, _, code = row.item.partition(":")
    if row.op not in (Comparison.IS, Comparison.IS_NOT) or row.value.strip():
        raise BadRow("条件里的标签和“有回流数据”只能选“是”(有)或“不是”(没有),后面不用填值。", field="condition")
    return {word: code} if row.op == Comparison.IS else {"not": {word: code}}


def _item_leaf(row: ConditionRow, catalogue: Catalogue) -> dict[str, Any]:
    item = catalogue.item(row.item)
    if row.op in (Comparison.KNOWN, Comparison.UNKNOWN):
        known = {"item": item.code, "op": "known"}
        return known if row.op == Comparison.KNOWN else {"not": known}
    if not row.value.strip():
        raise BadRow(f"条件“{item.name}”还没有填值,请填写,或把这一行清空。", field="condition")
    if row.op == Comparison.IN:
        values = [_value(item, part, catalogue) for part in LIST_SIGNS.split(row.value.strip()) if part]
        return {"item": item.code, "op": "in", "value": values}
    if row.op not in (Comparison.IS, Comparison.IS_NOT) and item.type not in ORDERED_TYPES:
        raise BadRow(f"条件“{item.name}”不能比大小,请改为“是”或“属于”。", field="condition")
    value = _value(item, row.value.strip(), catalogue)
    if row.op == Comparison.IS_NOT:
        return {"not": {"item": item.code, "op": "=", "value": value}}
    return {"item": item.code, "op": row.op, "value": value}


def _value(item: DataItem, text: str, catalogue: Catalogue) -> Any:
    """The typed constant as the tree holds it: codes as codes, numbers as numbers, dates in ISO form."""
    if item.type == ItemType.BOOLEAN:
        return _yes_or_no(item, text)
    if item.type == ItemType.CODE:
        return _code(item, text, catalogue)
    if item.type == ItemType.DATE:
        return _day(item, text)
    if item.type in (ItemType.INTEGER, ItemType.DECIMAL, ItemType.DERIVED):
        return _number(item, text)
    return text


def _yes_or_no(item: DataItem, text: str) -> bool:
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise BadRow(f"条件“{item.name}”请填“是”或“否”。", field="condition")


def _code(item: DataItem, text: str, catalogue: Catalogue) -> str:
    spellings = catalogue.spellings(item.code)
    if spellings and text not in spellings:
        some = "、".join(list(catalogue.labels(item.code).values())[:6])
        raise BadRow(f"条件“{item.name}”没有“{text}”这个选项,可填:{some} 等。", field="condition")
    return spellings.get(text, text)


def _day(item: DataItem, text: str) -> str:
    try:
        return date.fromisoformat(text.replace("/", "-").replace(".", "-")).isoformat()
    except ValueError:
        raise BadRow(f"条件“{item.name}”请填日期,如 2026-01-31。", field="condition") from None


def _number(item: DataItem, text: str) -> int | str:
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,4})?", text):
        raise BadRow(f"条件“{item.name}”请填数字。", field="condition")
    return int(text) if "." not in text else text


def _row(part: Mapping[str, Any], catalogue: Catalogue) -> ConditionRow | None:
    leaf, negated = (part["not"], True) if "not" in part else (part, False)
    kind = kind_of(leaf) if isinstance(leaf, Mapping) else None
    if kind and "item" not in leaf:
        return ConditionRow(f"{kind.word}:{leaf[kind.word]}", Comparison.IS_NOT if negated else Comparison.IS)
    if not isinstance(leaf, Mapping) or leaf.get("item") not in catalogue.items:
        return None
    item, op, before = str(leaf["item"]), str(leaf["op"]), f"{kind.word}:{leaf[kind.word]}:" if kind else ""
    if negated:
        if op not in NEGATED:
            return None  # such as "not at least 80", which is no row: somebody of unknown age is in neither
        op = NEGATED[op]
    raw = leaf.get("value", "")
    values = raw if isinstance(raw, list) else [raw]
    return ConditionRow(before + item, op, "、".join(_text(item, value, catalogue) for value in values))


def _text(item: str, value: Any, catalogue: Catalogue) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return catalogue.labels(item).get(str(value), str(value))
