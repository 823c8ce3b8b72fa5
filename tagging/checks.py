"""What a definition must hold to before it is handed in, and again when it is approved."""

from django.db.models import Q
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import SPAN, subtree
from accounts.errors import DomainError
from registry.catalogue import get_catalogue
from registry.conditions import compile_condition, items_above
from registry.models import Entity
from tagging.models import Tag, TagChange
from tagging.rules import inherited_level


class TagRefused(DomainError):
    """A definition that cannot stand; the message says what to mend."""

    code = "tag_refused"


def settle_definition(actor: Actor, change: TagChange) -> None:
    """Check what the requester wrote, and work out what follows from it. Raises TagRefused, BadCondition.

    An item that the requester sees masked cannot be used: who counts by it would find out what the mask hides.
    """
    catalogue = get_catalogue()
    if change.is_dynamic:
        above = items_above(change.condition, actor.at_standing().clearance, catalogue)
        if above:
            names = "、".join(item.name for item in above)
            raise TagRefused(f"本岗位看到的“{names}”是脱敏的,不能用作标签的条件。请换一个数据项。", field="condition")
        change.level = inherited_level(change.condition, catalogue)
    else:
        change.condition = {}
    check_definition(change)


def check_definition(change: TagChange) -> None:
    """Whether the catalogue can take it now. Raises TagRefused, BadCondition."""
    if change.is_dynamic and not change.condition:
        raise TagRefused("动态标签要有条件,请至少填一行。", field="condition")
    compile_condition(change.condition, Entity.PERSON, get_catalogue(), on=localdate())
    if change.valid_until and change.valid_until < localdate():
        raise TagRefused("有效期不能早于今天。", field="valid_until")
    same = list_same_name(change, area_code=change.tag.area_id if change.tag else change.area_id)
    if same:
        raise TagRefused(
            f"“{change.name}”已经有了({same[0].owner},{same[0].code})。同一个名称在各级只能有一个含义,请直接使用,或换一个名称。",
            field="name",
        )


def list_same_name(change: TagChange, *, area_code: int) -> list[Tag]:
    """Live tags of the same name whose area holds this one, or lies inside it."""
    level = next(level for level, span in SPAN.items() if area_code % span == 0)
    around = {area_code - area_code % span for span in SPAN.values()}
    near = Q(area__in=around) | Q(area__code__range=subtree(area_code, level))
    found = Tag.objects.live().filter(near, name=change.name).select_related("area", "department")
    return [tag for tag in found if tag.pk != change.tag_id]
