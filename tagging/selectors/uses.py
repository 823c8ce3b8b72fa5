"""What of tagging itself uses a tag: rules of other tags, and requests that wait."""

from collections.abc import Iterator

from accounts.approvals.rules import State
from tagging.models import Kind, Tag, TagChange
from tagging.order import keys_in
from tagging.selectors.needs import list_names_of
from tagging.uses import Use


def list_uses_of_tags(tag: Tag) -> Iterator[Use]:
    """Live tags whose condition names it, and open requests for such. Three queries."""
    means = list_names_of(tag)
    rules = Tag.objects.live().filter(kind=Kind.DYNAMIC).exclude(pk=tag.pk).select_related("area", "department")
    for one in rules:
        if means & keys_in(one.condition):
            yield Use("标签", one.name, one.owner, blocks=True, note="条件里用到它")
    asked = TagChange.objects.filter(state__in=(State.SUBMITTED, State.RETURNED), kind=Kind.DYNAMIC)
    for change in asked.exclude(tag=tag).select_related("area", "department"):
        if means & keys_in(change.condition):
            yield Use("标签申请", change.name, str(change.department or change.area), blocks=False, note="还没有同意")
