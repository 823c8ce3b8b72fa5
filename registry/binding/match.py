"""From one header to one data item, or to none with the reason."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from registry.rules import ItemSpec

from . import lexicon
from .headers import Label, is_unit, key_of, label_of
from .parents import Parent, ParentKind, read_parent, role_in, speaks_of_another, turns
from .units import is_money, scale_of, unit_fits
from .vocabulary import Candidate, Vocabulary

GENERIC = frozenset({*lexicon.ATTRIBUTES, *lexicon.BY_SUBJECT, *lexicon.EVERYDAY})
IN_PARENT, WITH_PREFIX, CONFIRMED, FOREIGN_DISCOUNT = 0.95, 0.93, 0.92, 0.03


@dataclass(frozen=True, slots=True)
class Finding:
    """item: code, "#" for a row number, None for none. scale: factor from the item's unit to the column's, as text."""

    item: str | None
    confidence: float
    why: str
    unit: str = ""
    scale: str = ""


@dataclass(frozen=True)
class Context:
    """What a header is read against. rivals: words for people beside the subject; own_words: for it."""

    vocabulary: Vocabulary
    subject: str | None
    title: str
    rivals: frozenset[str] = field(default_factory=frozenset)
    own_words: frozenset[str] = field(default_factory=frozenset)
    money_unit: str = ""

    def is_own(self, word: str) -> bool:
        """True where a word in front of a header means the sheet's own subject."""
        if word in self.rivals:
            return False
        if word in lexicon.ANY_SELVES or word in lexicon.NOW:
            return True
        if self.own_words:
            return any(word in own or own in word for own in self.own_words)
        return word in self.title


def nothing(why: str) -> Finding:
    return Finding(None, 0.0, why)


def match_header(path: tuple[str, ...], context: Context) -> Finding:
    """The meaning of a column by its header alone."""
    label = label_of(path[-1])
    if key_of(label.text) in lexicon.ROW_NUMBERS:
        return Finding("#", 0.99, "是行号,导出时自动编号。")
    if len(path) > 1 and is_unit(path[-1]):
        return with_unit(match_header(path[:-1], context), label.text.strip("()"), context)
    if len(path) > 1 and key_of(label.text) in lexicon.OPTIONS:
        return nothing("是选项或合计列,不是数据项。")
    if label.qualifiers and not context.vocabulary.find(key_of(label.text)):
        return _match_qualified(label, path[:-1], context)
    return with_unit(_match_under(label, path[:-1], context), label.unit, context)


def _match_qualified(label: Label, above: tuple[str, ...], context: Context) -> Finding:
    """Brackets that change the meaning are read as a word in front: 住址(现) is 现住址."""
    inside = label.qualifiers[0]
    if inside in lexicon.ANY_SELVES:
        return _match_under(label_of(label.base), above, context)
    for text in (f"{inside}{label.base}", f"{label.base}{inside}"):
        if len(label.qualifiers) == 1 and context.vocabulary.find(key_of(text)):
            return _match_under(label_of(text), above, context)
    same = context.vocabulary.find(key_of(label.base)), context.vocabulary.find(key_of(inside))
    if same[0] and same[1] and same[0][0].item.code == same[1][0].item.code:
        return _match_under(label_of(label.base), above, context)
    return nothing(f"括号里的“{inside}”改变了含义,目录里没有对应的数据项。")


def _match_under(label: Label, above: tuple[str, ...], context: Context) -> Finding:
    parents = [read_parent(text) for text in above]
    keys = [key for key in dict.fromkeys((key_of(label.text), key_of(label.base))) if key]
    for parent in reversed(parents):
        finding = _by_parent(parent, keys, context)
        if finding is not None:
            return finding
    rival = next((word for word in context.rivals for key in keys if key.startswith(word)), None)
    if rival:
        return nothing(f"表里还有别的姓名列,“{rival}”不是本表的对象。")
    for key in keys:
        finding = _by_wording(key, parents, context)
        if finding.item:
            return finding
    return _by_owner(keys[-1], context) if keys else nothing("表头是空的。")


def _by_parent(parent: Parent, keys: list[str], context: Context) -> Finding | None:
    """What the parent header alone decides; None where it leaves the column to its own words."""
    if parent.kind is ParentKind.ROLE:
        return _of_role(parent.role, keys, context, f"上级表头“{parent.text}”")
    if parent.kind is ParentKind.OTHER or parent.stem in context.rivals:
        return nothing(f"上级表头“{parent.text}”说的是别的人、别的时间或别的事,目录里没有对应的数据项。")
    joined = [f"{stem}{key}" for stem in dict.fromkeys((parent.stem, parent.topic)) if stem for key in keys]
    for wording in joined:
        for candidate in _allowed(wording, context):
            return Finding(candidate.item.code, IN_PARENT, f"上级表头“{parent.text}”与本列合起来是“{wording}”。")
    if _needs_own_parent(parent, keys, context):
        return nothing(f"在“{parent.text}”下面,“{keys[-1]}”不一定是本人的,不猜。")
    return None


def _needs_own_parent(parent: Parent, keys: list[str], context: Context) -> bool:
    """Everyday words (电话, 地址, 省) mean the subject's own only under a parent that is about the subject."""
    if parent.kind in {ParentKind.PLAIN, ParentKind.SELF}:
        return False
    own_topic = {"房屋": "dwelling", "单位": "organization", "车辆": "vehicle", "资产": "asset", "事件": "event"}
    if own_topic.get(parent.topic, "") == context.subject:
        return False
    place = any(candidate.item.entity == "area" for key in keys for candidate in context.vocabulary.find(key))
    area_parent = re.search("区划|区域|地区|所属|网格|归属", parent.stem)
    return any(key in GENERIC for key in keys) or (place and not area_parent)


def _of_role(role: str, keys: list[str], context: Context, source: str) -> Finding:
    attribute = next((_attribute(role, key) for key in keys if _attribute(role, key)), "")
    item = context.vocabulary.item(lexicon.ROLE_ITEMS[role].get(attribute))
    if item is None or not _role_fits(role, item, context):
        return nothing(f"{source}说的是别人,目录里没有这一项。")
    return Finding(item.code, IN_PARENT, f"{source}表明这是“{item.name}”。")


def _attribute(role: str, key: str) -> str:
    """Which attribute of somebody a header names: 电话, 监护人电话 and 监护人 (the name) alike."""
    for word in sorted(map(key_of, lexicon.ROLE_WORDS[role]), key=len, reverse=True):
        if key.startswith(word):
            key = key.removeprefix(word) or "姓名"
            break
    return lexicon.ATTRIBUTES.get(key, lexicon.RELATION if re.fullmatch("与.{1,4}关系", key) else "")


def _role_fits(role: str, item: ItemSpec, context: Context) -> bool:
    subjects = lexicon.ROLE_SUBJECTS.get(role)
    return context.subject in subjects if subjects else _entity_fits(item, context)


def _by_wording(key: str, parents: list[Parent], context: Context) -> Finding:
    found = list(_allowed(key, context, parents))
    if len(found) == 1:
        candidate = found[0]
        how = "名称" if candidate.certainty > 0.98 else "常用写法"
        certainty = min(candidate.certainty, CONFIRMED) if _condition(candidate.item, key) else candidate.certainty
        certainty -= 0 if candidate.item.entity in {context.subject, "area"} else FOREIGN_DISCOUNT
        return Finding(candidate.item.code, certainty, f"与数据项“{candidate.item.name}”的{how}一致。")
    return nothing("几个数据项都用这个名称,不猜。" if found else "")


def _by_owner(key: str, context: Context) -> Finding:
    """Headers that say whose: 房东身份证号码, 老人姓名, 现工作单位."""
    for prefix in _self_prefixes(key, context):
        rest = key.removeprefix(prefix)
        if context.subject == "person" and context.is_own(prefix) and not _is_foreign_child(prefix, context):
            found = [candidate for candidate in _allowed(rest, context) if candidate.item.code.startswith("person.")]
            if len(found) == 1:
                return Finding(
                    found[0].item.code, WITH_PREFIX, f"“{prefix}”就是本表对象,“{rest}”是“{found[0].item.name}”。"
                )
    role = role_in(key)
    if role and any(key.startswith(key_of(word)) for word in lexicon.ROLE_WORDS[role]):
        return _of_role(role, [key], context, f"“{key}”")
    return nothing(_why_nothing(key, context))


def _self_prefixes(key: str, context: Context) -> Iterator[str]:
    words = [
        word
        for word in {*lexicon.SELVES, *lexicon.NOW, *context.own_words}
        if key.startswith(word) and len(key) > len(word)
    ]
    yield from sorted(words, key=len, reverse=True)


def _is_foreign_child(prefix: str, context: Context) -> bool:
    """学生姓名 is the subject's only in a sheet about children."""
    return prefix in lexicon.CHILDREN and not re.search(lexicon.CHILD_TITLES, context.title)


def _why_nothing(key: str, context: Context) -> str:
    if speaks_of_another(key):
        return "说的是别人,目录里没有这一项。"
    if turns(key):
        return "说的是别的时间、计划或检查,与目录里的数据项不是一回事。"
    if context.vocabulary.find(key):
        return "这个名称在本表里含义不确定,不猜。"
    return "目录里没有这个数据项。"


def _allowed(key: str, context: Context, parents: list[Parent] | None = None) -> Iterator[Candidate]:
    """Candidates for a wording that this sheet's subject, title and parents admit."""
    by_subject: Mapping[str, str] | None = lexicon.BY_SUBJECT.get(key)
    setting = context.title + "/".join(parent.text for parent in parents or ())
    for candidate in context.vocabulary.find(key):
        item = candidate.item
        if by_subject is not None:
            fits = by_subject.get(context.subject or "") == item.code
        else:
            own = item.entity == context.subject
            fits = _entity_fits(item, context) and (own or key not in lexicon.OWN_SUBJECT_ONLY)
        condition = _condition(item, key)
        if fits and (not condition or re.search(condition, setting)):
            yield candidate


def _condition(item: ItemSpec, key: str) -> str:
    return lexicon.CONFIRMED_BY.get(item.code, {}).get(key, "")


def _entity_fits(item: ItemSpec, context: Context) -> bool:
    if item.entity in {"area", context.subject}:
        return True
    return item.code.startswith(lexicon.FOREIGN.get(context.subject or "", ()) or ("\0",))


def with_unit(finding: Finding, unit: str, context: Context) -> Finding:
    """The finding with the unit of its column; nothing where item and column measure different things."""
    item = context.vocabulary.item(finding.item)
    if not unit and item is not None and is_money(item):
        unit = context.money_unit
    if not unit or item is None:
        return finding
    if not unit_fits(unit, item):
        return nothing(f"单位“{unit}”与数据项“{item.name}”的单位不同,不能直接填。")
    return Finding(finding.item, finding.confidence, finding.why, unit, scale_of(unit, item))
