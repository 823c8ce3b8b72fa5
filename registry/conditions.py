"""Conditions (条件): one JSON tree over data items, compiled to one SQL predicate.

    {"all": [{"item": "person.age", "op": ">=", "value": 80},
             {"not": {"item": "person.is_low_income", "op": "=", "value": true}}]}

Serves roster filters, statistics cells, tags and later validation. {} is true for everybody. What a higher floor
knows about a subject stands in the tree by its own key, such as {"tag": "T0001"}: see `registry.leaf_kinds`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Case, Q, When
from django.db.models.expressions import ExpressionWrapper, RawSQL
from django.db.models.fields import BooleanField
from django.db.models.functions import NullIf
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
)

from accounts.codes import Range
from accounts.errors import DomainError
from registry.ages import compare_age
from registry.catalogue import Catalogue
from registry.condition_values import typed_value
from registry.expressions import NotReachable, Sql, item_expression, path_to
from registry.leaf_kinds import LeafKind, Part, code_of, kind_of
from registry.models import DataItem, ItemType
from registry.rules import ValueRefused

COMPARE: dict[str, Any] = {
    "=": Exact,
    "<": LessThan,
    "<=": LessThanOrEqual,
    ">": GreaterThan,
    ">=": GreaterThanOrEqual,
}
WORDS = {"=": "是", "<": "小于", "<=": "不超过", ">": "大于", ">=": "不小于", "in": "属于", "known": "已登记"}
ORDERED_TYPES = (ItemType.INTEGER, ItemType.DECIMAL, ItemType.DATE, ItemType.DERIVED)
AGE = "person.age"
DEEPEST, MOST, MOST_VALUES = 6, 40, 200
COMPARISON = frozenset({"item", "op", "value"})
Granted = Mapping[str, Sequence[Range] | None]
"""Code of a leaf that needs a grant -> area codes of the subjects of whom it may be asked, None for all of them."""


class BadCondition(DomainError):
    """The tree cannot be compiled; the message names the part."""

    code = "bad_condition"


BOOLEAN = BooleanField()
UNKNOWN = Q(RawSQL("NULL::boolean", [], output_field=BOOLEAN))
"""Neither true nor false, also when it is negated."""


def compile_condition(
    tree: Mapping[str, Any], subject: str, catalogue: Catalogue, *, on: date, granted: Granted | None = None
) -> Q:
    """The predicate as a Q. on: reporting date. Raises BadCondition.

    granted: leaves that need a grant (`LeafKind.granted`), for a caller that tells the policies what is read. What is
    not among them is unknown of everybody; None refuses such leaves altogether.
    """
    if not tree:
        return Q()
    return _compile(tree, _Context(subject, catalogue, on, granted), depth=1)


def codes_in(tree: Mapping[str, Any], word: str) -> set[str]:
    """Codes of the leaves of one kind in a tree."""
    if not isinstance(tree, Mapping):
        return set()
    inner = [part for join in ("all", "any") if isinstance(tree.get(join), list) for part in tree[join]]
    inner += [tree["not"]] if "not" in tree else []
    own = {code_of(word, tree)} if word in tree else set()
    return own.union(*(codes_in(part, word) for part in inner))


def describe_condition(tree: Mapping[str, Any], catalogue: Catalogue) -> str:
    """The tree in Chinese, for people: 年龄不小于 80 且 是否低保:是. Groups inside a group stand in brackets."""
    if not tree:
        return "全部"
    for word, joined in (("all", " 且 "), ("any", " 或 ")):
        if word in tree:
            return joined.join(_describe_inner(part, catalogue) for part in tree[word])
    if "not" in tree:
        return f"不满足({describe_condition(tree['not'], catalogue)})"
    kind = kind_of(tree)
    return kind.describe(tree) if kind else describe_comparison(tree, catalogue)


def parts_in(tree: Mapping[str, Any], catalogue: Catalogue) -> set[Part]:
    """What a tree is made of. Parts that cannot be read name none: compiling them is refused."""
    if not isinstance(tree, Mapping):
        return set()
    inner = [part for word in ("all", "any") if isinstance(tree.get(word), list) for part in tree[word]]
    inner += [tree["not"]] if "not" in tree else []
    return {found for part in inner for found in parts_in(part, catalogue)} | _own_parts(tree, catalogue)


def level_of(tree: Mapping[str, Any], catalogue: Catalogue) -> int:
    """Classification level of what a tree tells about whoever meets it: the highest of its parts, 0 without any."""
    return max((part.level for part in parts_in(tree, catalogue)), default=0)


def parts_above(tree: Mapping[str, Any], clearance: int, catalogue: Catalogue) -> list[Part]:
    """Parts that a reader may not see, by code: who counts by them could find out what the mask hides."""
    above = [part for part in parts_in(tree, catalogue) if part.level > clearance]
    return sorted(above, key=lambda part: part.code)


def _own_parts(leaf: Mapping[str, Any], catalogue: Catalogue) -> set[Part]:
    item, kind = catalogue.items.get(str(leaf.get("item"))), kind_of(leaf)
    own = {Part(item.code, item.name, item.level)} if item is not None else set()
    return own | set(kind.parts(leaf)) if kind else own


class _Context:
    def __init__(self, subject: str, catalogue: Catalogue, on: date, granted: Granted | None) -> None:
        self.subject, self.catalogue, self.on, self.granted = subject, catalogue, on, granted
        self.leaves = self.nots = 0

    def count(self) -> None:
        self.leaves += 1
        if self.leaves > MOST:
            raise BadCondition(f"条件最多 {MOST} 条,请简化。")


def _compile(tree: Mapping[str, Any], context: _Context, depth: int) -> Q:
    if not isinstance(tree, Mapping):
        raise BadCondition("条件的写法不对:每一项应为一个对象。")
    if depth > DEEPEST:
        raise BadCondition(f"条件最多嵌套 {DEEPEST} 层,请简化。")
    if not _is_one_part(tree):
        raise BadCondition("条件的写法不对:一个对象只能写一个条件组,或一条“数据项、比较、值”,没有别的内容。")
    if "all" in tree or "any" in tree:
        return _compile_group(tree, context, depth)
    if "not" in tree:
        context.nots += 1
        inner = _compile(tree["not"], context, depth + 1)
        context.nots -= 1
        return ~inner
    context.count()
    kind = kind_of(tree)
    return _compile_told(kind, tree, context) if kind else _compile_leaf(tree, context)


def _is_one_part(tree: Mapping[str, Any]) -> bool:
    """Whether every key of it is read. What nobody reads would be left out of the rule without a word."""
    keys, kind = set(tree), kind_of(tree)
    if kind and kind.granted:  # may compare an item of what was granted
        return keys == {kind.word} or keys <= {kind.word} | COMPARISON
    return len(keys) == 1 if kind or keys & {"all", "any", "not"} else keys <= COMPARISON


def _compile_told(kind: LeafKind, leaf: Mapping[str, Any], context: _Context) -> Q:
    """What a higher floor knows; what needs a grant only where there is one."""
    if kind.granted and context.granted is None:
        raise BadCondition(f"“{kind.label}”要有授权才能看,不能用作这里的条件。请换一个。")
    compiled = kind.compile(leaf, context.subject, context.on)
    if context.granted is None or not kind.granted:
        return compiled
    code = code_of(kind.word, leaf)
    return _where(context.granted[code], compiled) if code in context.granted else UNKNOWN


def _where(areas: Sequence[Range] | None, compiled: Q) -> Q:
    """Unknown of subjects elsewhere."""
    if areas is None:
        return compiled
    inside = Q()
    for area in areas:
        inside |= Q(area_code__range=area)
    then = ExpressionWrapper(compiled, BooleanField())
    return Q(Case(When(inside, then=then), default=None, output_field=BooleanField())) if areas else UNKNOWN


def _compile_group(tree: Mapping[str, Any], context: _Context, depth: int) -> Q:
    word = "all" if "all" in tree else "any"
    if not isinstance(tree[word], list) or not tree[word]:
        raise BadCondition("条件组是空的,请至少添加一个条件。")
    found = Q()
    for part in tree[word]:
        compiled = _compile(part, context, depth + 1)
        found = (found & compiled) if word == "all" else (found | compiled)
    return found


def _compile_leaf(leaf: Mapping[str, Any], context: _Context) -> Q:
    item = context.catalogue.items.get(str(leaf.get("item")))
    if item is None:
        raise BadCondition("条件中有数据项目录里没有的数据项,请重新选择。")
    try:
        expression = item_expression(item, context.subject, on=context.on)
    except NotReachable:
        raise BadCondition(f"“{item.name}”与这张表的填报对象不同,不能用作条件。") from None
    if item.code == AGE and str(leaf.get("op")) in COMPARE:
        years = _value(item, leaf.get("value"), context.catalogue)
        born = f"{path_to(item, context.subject)}birth_date"
        # Wrapped, so that "not" of an unknown birth date stays unknown, as it does for every other item.
        return Q(ExpressionWrapper(compare_age(str(leaf["op"]), years, born=born, on=context.on), BOOLEAN))
    negated = context.nots > 0
    return Q(ExpressionWrapper(compare(item, expression, leaf, context.catalogue, negated=negated), BOOLEAN))


def compare(
    item: DataItem, expression: Sql, leaf: Mapping[str, Any], catalogue: Catalogue, *, negated: bool = True
) -> Any:
    """The lookup of a leaf about an item, on where its value is. Raises BadCondition.

    negated: it may stand under "not", where unknown is not the same as false.
    """
    if item.is_sealed:
        raise BadCondition(f"“{item.name}”是加密保存的,不能用作条件。")
    op = str(leaf.get("op"))
    if op == "known":
        return IsNull(expression, rhs=False)
    if op == "in":
        if not isinstance(leaf.get("value"), list) or not leaf["value"]:
            raise BadCondition(f"“{item.name}”的条件没有选值,请至少选一个。")
        if len(leaf["value"]) > MOST_VALUES:
            raise BadCondition(f"“{item.name}”的条件最多选 {MOST_VALUES} 个值,请简化。")
        values = [_value(item, part, catalogue) for part in leaf["value"]]
        return In(expression if negated else _bare(expression, values), values)
    if op not in COMPARE or (op != "=" and item.type not in ORDERED_TYPES):
        raise BadCondition(f"“{item.name}”不能这样比较,请换一种条件。")
    value = _value(item, leaf.get("value"), catalogue)
    return COMPARE[op](expression if negated else _bare(expression, [value]), value)


def _bare(expression: Sql, values: list[Any]) -> Sql:
    """The column itself where it finds the same: a blank, which is unknown, equals none of the values anyhow."""
    if not isinstance(expression, NullIf) or "" in values:
        return expression
    column: Sql = expression.get_source_expressions()[0]
    return column


def _value(item: DataItem, raw: Any, catalogue: Catalogue) -> Any:
    """The constant in the type of the item. Raises BadCondition."""
    try:
        return typed_value(item, raw, catalogue)
    except ValueRefused as refused:
        raise BadCondition(f"“{item.name}”的条件值不对:{refused.message}") from None
    except (ValueError, TypeError, KeyError):
        raise BadCondition(f"“{item.name}”的条件值不对,请核对后重新填写。") from None


def _describe_inner(part: Mapping[str, Any], catalogue: Catalogue) -> str:
    words = describe_condition(part, catalogue)
    return f"({words})" if any(len(part.get(word, ())) > 1 for word in ("all", "any")) else words


def describe_comparison(leaf: Mapping[str, Any], catalogue: Catalogue) -> str:
    """A leaf about an item in Chinese, such as 年龄不小于 80."""
    item = catalogue.item(str(leaf.get("item")))
    op = str(leaf.get("op"))
    if op == "known":
        return f"{item.name}{WORDS[op]}"
    if leaf.get("value") is True or leaf.get("value") is False:
        return f"{item.name}:{'是' if leaf['value'] else '否'}"
    values = leaf["value"] if isinstance(leaf.get("value"), list) else [leaf.get("value")]
    labels = catalogue.labels(item.code)
    return f"{item.name}{WORDS.get(op, op)} {'、'.join(labels.get(str(value), str(value)) for value in values)}"
