"""A tag as a leaf of a condition, {"tag": "T0001"}: who carries it, as `registry.leaf_kinds` asks for it."""

from datetime import date

from django.db.models import Q

from accounts.actors import Actor
from accounts.rights import VIEW_TAGS, holds
from registry.conditions import BadCondition
from registry.expressions import NotReachable, relation_to
from registry.leaf_kinds import Leaf, LeafKind, Part
from tagging.carrying import carries
from tagging.codes import key_of
from tagging.models import Tag
from tagging.order import WORD
from tagging.selectors.catalogue import readable_tags

UNKNOWN = "条件里有标签目录里没有的标签,请重新选择。"


def compile_tag(leaf: Leaf, subject: str, on: date) -> Q:
    """Who carries the tag, or whose household, dwelling or head does. Raises BadCondition."""
    tag = find_tag(leaf)
    if tag is None:
        raise BadCondition(UNKNOWN)
    if not tag.is_live:
        raise BadCondition(f"标签“{tag.name}”已停用,请在条件里换掉它。")
    try:
        path = relation_to(tag.subject, subject)
    except NotReachable:
        raise BadCondition(f"“{tag.name}”是{tag.get_subject_display()}的标签,与这里的对象不同,不能用作条件。") from None
    return carries(tag.subject, tag.pk, path=path)


def describe_tag(leaf: Leaf) -> str:
    tag = find_tag(leaf)
    return f"有标签“{tag.name}”" if tag else "有标签(目录里没有)"


def list_parts(leaf: Leaf) -> list[Part]:
    """The tag at the level that it inherited from what it is made of."""
    tag = find_tag(leaf)
    return [Part(tag.code, f"标签:{tag.name}", tag.level)] if tag else []


def list_choices(actor: Actor) -> dict[str, str]:
    """Tags that the post may build a condition with: those whose carriers it may know. One query."""
    if not holds(actor, VIEW_TAGS):
        return {}
    return {tag.code: f"{tag.name}({tag.get_subject_display()})" for tag in readable_tags(actor)}


def find_tag(leaf: Leaf) -> Tag | None:
    """The tag that the leaf means: of a merged one, the one that it was merged into."""
    tag = Tag.objects.select_related("merged_into").filter(pk=key_of(str(leaf[WORD]))).first()
    while tag is not None and tag.merged_into is not None:
        tag = tag.merged_into
    return tag


LEAF = LeafKind(WORD, "标签", compile_tag, describe_tag, list_parts, list_choices)
