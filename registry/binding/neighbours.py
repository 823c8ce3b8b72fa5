"""What only the columns around a column tell: whose telephone stands behind a name, who else is on the sheet."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from . import lexicon
from .columns import SourceColumn
from .headers import key_of, label_of
from .match import Context, Finding, nothing
from .parents import role_in, speaks_of_another
from .subject import own_name

BESIDE = 0.85
# Whose telephone and number an everyday word means on sheets whose subject can have none.
OWNERS = {"dwelling": {"owner", "head"}, "vehicle": {"vehicle_owner"}, "household": {"head"}}
PEOPLE_NOUNS = lexicon.words(
    """
    党员 退役军人 残疾人 志愿者 孕产妇 精神障碍患者 社区矫正对象 矫正人员 刑满释放人员 安置帮教对象
    吸毒人员 独居老人 空巢老人 低保对象 留守儿童
    """
)


def find_rivals(columns: Sequence[SourceColumn], title: str) -> frozenset[str]:
    """Words for people beside the subject: 老人 of 老人姓名 where a plain 姓名 stands too, or the title says 志愿者."""
    names = _own_names(columns, title)
    named = frozenset(names) - {""}
    if "" in names:
        return named
    in_title = {name for name in named if name in title}
    return named - in_title if len(in_title) == 1 else named if len(named) > 1 else frozenset()


def own_words(columns: Sequence[SourceColumn], title: str) -> frozenset[str]:
    """What the sheet itself calls its subject, as in 老人姓名; empty for a plain 姓名."""
    return frozenset(_own_names(columns, title)) - find_rivals(columns, title) - {""}


def _own_names(columns: Sequence[SourceColumn], title: str) -> list[str]:
    return [name for column in columns if (name := own_name(column, title)) is not None]


def settle_neighbours(columns: Sequence[SourceColumn], findings: Sequence[Finding], context: Context) -> list[Finding]:
    """Correct findings by their neighbours: runs behind a role, bare nouns, two columns for one item."""
    settled = list(findings)
    owner = ""
    for position, column in enumerate(columns):
        key = key_of(label_of(column.path[-1]).base)
        owner = _owner_after(owner, position, columns, key)
        if owner and _run_attribute(key):
            settled[position] = _beside(owner, position, columns, settled, context)
        elif _run_attribute(key) == lexicon.RELATION and not column.path[:-1]:
            settled[position] = nothing("前面没有代领人、监护人等,分不清是与谁的关系,不猜。")
        elif key in PEOPLE_NOUNS and not _own_names(columns, context.title):
            settled[position] = nothing(f"表里没有姓名列,“{key}”可能是姓名,不猜。")
    return _one_column_each(columns, settled)


def _owner_after(owner: str, position: int, columns: Sequence[SourceColumn], key: str) -> str:
    """Who the next everyday columns belong to: "" the subject, a role, or "?" for somebody unknown."""
    if position and columns[position - 1].path[:-1] != columns[position].path[:-1]:
        owner = ""
    if key in lexicon.NAME_WORDS:
        return ""
    if _run_attribute(key):
        return owner
    bare = _bare_role(key)
    if bare:
        return bare
    return "?" if speaks_of_another(key) and not _ends_person(key) else ""


def _run_attribute(key: str) -> str:
    """What an everyday word names: 电话, 身份证号, 与老人关系; "" for other headers."""
    found = re.fullmatch("与(.{1,5})关系", key)
    return lexicon.RELATION if found and found[1] in lexicon.SELVES else lexicon.ATTRIBUTES.get(key, "")


def _bare_role(key: str) -> str:
    """A role that a column names as such: 监护人, 监护人姓名, 法人身份证号."""
    role = role_in(key)
    if not role:
        return ""
    word = max((key_of(word) for word in lexicon.ROLE_WORDS[role] if key_of(word) in key), key=len)
    rest = key.removeprefix(word)
    return role if key.startswith(word) and (not rest or rest in lexicon.ATTRIBUTES) else ""


def _ends_person(key: str) -> bool:
    """Headers about a deed of somebody (走访人意见) and not the somebody."""
    return not key.endswith(
        ("人", "员", "长", "姓名", "医生", "干部", "民警", "配偶", "子女", "父亲", "母亲", "家属", "亲属")
    )


def _beside(
    owner: str, position: int, columns: Sequence[SourceColumn], findings: Sequence[Finding], context: Context
) -> Finding:
    """An everyday word right behind a role is that role's only where nothing else can be meant."""
    key = key_of(label_of(columns[position].path[-1]).base)
    attribute = _run_attribute(key)
    item = context.vocabulary.item(lexicon.ROLE_ITEMS.get(owner, {}).get(attribute))
    before = columns[position - 1].path[-1]
    if owner != "?" and item is not None and _is_clear(owner, attribute, position, findings, context):
        return Finding(item.code, BESIDE, f"紧跟在“{before}”后面,是“{item.name}”。")
    return nothing(f"紧跟在“{before}”后面,分不清是谁的,不猜。")


def _is_clear(owner: str, attribute: str, position: int, findings: Sequence[Finding], context: Context) -> bool:
    """The relation is always the role's; a number or telephone is, once the subject has its own or can have none."""
    if owner == "legal":
        return False
    if attribute == lexicon.RELATION:
        return True
    own = {lexicon.PHONE: "person.phone", lexicon.ID: "person.id_number"}.get(attribute)
    if context.subject in OWNERS:
        return owner in OWNERS[context.subject]
    return any(finding.item == own for other, finding in enumerate(findings) if other < position)


def _one_column_each(columns: Sequence[SourceColumn], findings: list[Finding]) -> list[Finding]:
    """No item twice: the surer column keeps it; where two are equally sure, none does."""
    claims: dict[str, list[int]] = defaultdict(list)
    for position, finding in enumerate(findings):
        if finding.item and finding.item != "#":
            claims[finding.item].append(position)
    for positions in claims.values():
        ranked = sorted(positions, key=lambda position: -findings[position].confidence)
        clear = len(ranked) == 1 or findings[ranked[0]].confidence > findings[ranked[1]].confidence
        for position in ranked[1:] if clear else ranked:
            others = "、".join(columns[other].letter for other in positions if other != position)
            findings[position] = replace(
                findings[position], item=None, confidence=0.0, why=f"与 {others} 列像是同一项,不猜。"
            )
    return findings
