"""What a definition must hold to before it is handed in, and again when it is approved."""

from collections.abc import Collection

from django.db.models import Q
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import SPAN, subtree
from accounts.errors import DomainError, NotAllowed
from registry.catalogue import get_catalogue
from registry.conditions import compile_condition, parts_above
from tagging.leaf import UNKNOWN
from tagging.models import Tag, TagChange
from tagging.order import find_circle, keys_in
from tagging.rules import inherited_level
from tagging.selectors.needs import get_meant, get_needs, name_way
from tagging.uses import list_uses


class TagRefused(DomainError):
    """A definition that cannot stand; the message says what to mend."""

    code = "tag_refused"


class AboveClearance(NotAllowed):
    """What the post sees masked cannot be counted by, nor attached. Its own status: such a try is audited."""

    code = "above_clearance"


class TagInUse(DomainError):
    """Something that is in force would break; the message names it."""

    code = "tag_in_use"


def settle_definition(actor: Actor, change: TagChange) -> None:
    """Check what the requester wrote, and work out what follows from it. Raises TagRefused, BadCondition,
    AboveClearance.

    What the requester sees masked, items or tags, cannot be used: who counts by it would find out what the mask hides.
    """
    if change.is_dynamic:
        _check_sight(actor, change)
    else:
        change.condition = {}
    check_definition(change)


def check_definition(change: TagChange, *, but: Collection[int] = ()) -> None:
    """Whether the catalogue can take it now; works out the level of a dynamic one. Raises TagRefused, BadCondition.

    but: tags that end when this one comes, so their names are free.
    """
    if change.tag and change.subject != change.tag.subject:
        raise TagRefused("对象不能改。请另外申请一个新标签。", field="subject")
    if change.is_dynamic:
        _check_condition(change)
    if change.valid_until and change.valid_until < localdate():
        raise TagRefused("有效期不能早于今天。", field="valid_until")
    _refuse_same_name(change, but)


def refuse_used(tag: Tag) -> None:
    """Raises TagInUse while something in force uses the tag."""
    blocking = [str(use) for use in list_uses(tag) if use.blocks]
    if blocking:
        named = "、".join(blocking[:5]) + (f"等 {len(blocking)} 处" if len(blocking) > 5 else "")
        raise TagInUse(f"“{tag.name}”正在使用,不能停用:{named}。请先让它们换掉这个标签或停止使用。", field="reason")


def list_same_name(change: TagChange, *, area_code: int) -> list[Tag]:
    """Live tags of the same name or synonym whose area holds this one, or lies inside it."""
    level = next(level for level, span in SPAN.items() if area_code % span == 0)
    around = {area_code - area_code % span for span in SPAN.values()}
    near = Q(area__in=around) | Q(area__code__range=subtree(area_code, level))
    words = [change.name, *change.synonyms]
    same = Q(name__in=words) | Q(synonyms__overlap=words)
    found = Tag.objects.live().filter(near, same).select_related("area", "department")
    return [tag for tag in found if tag.pk not in (change.tag_id, change.into_id)]


def _check_sight(actor: Actor, change: TagChange) -> None:
    catalogue, clearance = get_catalogue(), actor.at_standing().clearance
    named = keys_in(change.condition)
    if Tag.objects.visible_to(actor).filter(pk__in=named).count() < len(named):
        raise TagRefused(UNKNOWN, field="condition")
    above = parts_above(change.condition, clearance, catalogue)
    if above:
        names = "、".join(part.name for part in above)
        raise AboveClearance(f"本岗位看到的“{names}”是脱敏的,不能用作标签的条件。请换一个。", field="condition")


def _check_condition(change: TagChange) -> None:
    if not change.condition:
        raise TagRefused("动态标签要有条件,请至少填一行。", field="condition")
    compile_condition(change.condition, change.subject, get_catalogue(), on=localdate())
    _refuse_circle(change)
    change.level = inherited_level(change.condition, get_catalogue())


def _refuse_circle(change: TagChange) -> None:
    if change.tag_id is None:
        return
    meant = get_meant()
    named = {meant.get(key, key) for key in keys_in(change.condition)}
    circle = find_circle(change.tag_id, named, get_needs())
    if circle:
        raise TagRefused(f"条件绕回了自己:{name_way(circle)}。请去掉其中一处。", field="condition")


def _refuse_same_name(change: TagChange, but: Collection[int]) -> None:
    found = list_same_name(change, area_code=change.tag.area_id if change.tag else change.area_id)
    same = [tag for tag in found if tag.pk not in but]
    if same:
        raise TagRefused(
            f"“{change.name}”已经有了(“{same[0].name}”,{same[0].owner},{same[0].code})。"
            "同一个名称在各级只能有一个含义,请直接使用,或换一个名称。",
            field="name",
        )
