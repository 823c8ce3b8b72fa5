"""Merging a tag into another (合并): what must hold for it, and what it does to the catalogue."""

from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import contains
from tagging.checks import AboveClearance, TagRefused
from tagging.models import Tag, TagChange
from tagging.order import find_circle
from tagging.selectors.catalogue import may_see_carriers
from tagging.selectors.counts import range_of
from tagging.selectors.needs import get_needs, name_way
from tagging.uses import list_uses

MOST_SYNONYMS = 10


def settle_merge(actor: Actor, change: TagChange) -> None:
    """Check what the requester asks for. Raises TagRefused, AboveClearance.

    Who merges says of people that they carry the other tag, so both are of the own clearance.
    """
    tag, into = _both(change)
    above = [one.name for one in (tag, into) if not may_see_carriers(actor, one)]
    if above:
        raise AboveClearance(f"标签“{'、'.join(above)}”高于本岗位的级别,不能合并。", field="into")
    check_merge(tag, into)


def check_merge(tag: Tag, into: Tag) -> None:
    """Whether it can be done now. Raises TagRefused."""
    problem = _find_problem(tag, into)
    if problem:
        raise TagRefused(problem, field="into")


def merge_tag(change: TagChange) -> None:
    """Into the catalogue; who carries the tag is moved by the job that follows. Raises TagRefused."""
    keys = [key for key in (change.tag_id, change.into_id) if key]
    locked = {tag.pk: tag for tag in Tag.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")}
    tag, into = locked[keys[0]], locked[keys[1]]
    check_merge(tag, into)
    tag.is_live, tag.merged_into, tag.version = False, into, tag.version + 1
    tag.save()
    names = [name for name in (tag.name, *tag.synonyms) if name != into.name]
    into.synonyms = list(dict.fromkeys([*into.synonyms, *names]))[:MOST_SYNONYMS]
    into.save(update_fields=["synonyms", "changed_at"])
    change.tag = tag


def _find_problem(tag: Tag, into: Tag) -> str:
    """Why not, in words; "" where nothing speaks against it."""
    if tag.pk == into.pk or tag.subject != into.subject:
        return "请选择另一个标签,对象要相同。"
    if not into.is_live or (into.valid_until and into.valid_until < localdate()):
        return f"“{into.name}”已停用或已过有效期,不能并入。"
    if not contains(range_of(into.area_id), tag.area_id):
        return f"“{into.name}”只适用于{into.area},比“{tag.name}”的适用范围小,不能并入。"
    if tag.is_dynamic and not into.is_dynamic:
        return f"“{tag.name}”由条件自动得出,并入基础标签以后就没有人更新它了。请并入动态标签,或先申请修改。"
    return _find_level_problem(tag, into) or _find_circle_problem(tag, into)


def _find_level_problem(tag: Tag, into: Tag) -> str:
    """Nobody may learn by a merge what the level has kept from them."""
    if into.level < tag.level:
        return f"“{into.name}”的级别比“{tag.name}”低,合并后级别不够的岗位也会看到。请先把它的分级改为 {tag.level} 级。"
    blocking = [str(use) for use in list_uses(tag) if use.blocks] if into.level > tag.level else []
    if blocking:
        return f"“{into.name}”的级别更高,而“{tag.name}”正用在{'、'.join(blocking[:3])}。请先让它们换掉这个标签。"
    return ""


def _find_circle_problem(tag: Tag, into: Tag) -> str:
    """What names the tag will mean the other one: that must not lead back to itself."""
    needs = {
        key: frozenset(into.pk if one == tag.pk else one for one in named)
        for key, named in get_needs().items()
        if key != tag.pk
    }
    circle = find_circle(into.pk, needs.get(into.pk, ()), needs)
    return f"合并后条件会绕回自己:{name_way(circle)}。请先改条件。" if circle else ""


def _both(change: TagChange) -> tuple[Tag, Tag]:
    if change.tag is None or change.into is None:
        raise TagRefused("请选择并入哪个标签。", field="into")
    return change.tag, change.into
