"""What the tests of tags share."""

from accounts.approvals.selectors import get_approval
from accounts.models import Approval
from accounts.scope import acting_as
from tagging.models import Tag, TagChange
from tagging.services.desk import approve_change, propose_tag

OLD = {"all": [{"item": "person.age", "op": ">=", "value": 80}]}


def values(name="高龄老人", **given):
    """A definition as the form gives it: of a dynamic tag, unless told otherwise."""
    return {
        "name": name, "kind": "dynamic", "level": 2, "meaning": "满 80 周岁", "purpose": "高龄津贴", "condition": OLD,
        "valid_until": None, "recheck_days": None, "group": "老人", "colour": "act",
    } | given  # fmt: skip


def basic(name="失独家庭", **given):
    return values(name, kind="basic", condition={}) | given


def propose(actor, **given) -> TagChange:
    with acting_as(actor):
        return propose_tag(actor=actor, values=values(**given), reason="发放津贴要用")


def approval_of(change) -> Approval:
    return get_approval(kind="tag", subject_id=change.pk)


def make_tag(cast, by=None, **given) -> Tag:
    """A tag as the desk let it in."""
    change = propose(by or cast.department, **given)
    with acting_as(cast.district):
        approve_change(actor=cast.district, change=change, seen=approval_of(change).version)
    return Tag.objects.get(changes=change.pk)
