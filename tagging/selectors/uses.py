"""What of this floor and below uses a tag: rules of other tags, requests that wait, saved lists."""

from collections.abc import Iterator

from accounts.approvals.rules import State
from registry.models import SavedList
from tagging.codes import code_of
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


def list_uses_of_lists(tag: Tag) -> Iterator[Use]:
    """How many posts of the running scope keep a list that filters by it; whose and which is their own affair."""
    codes = [code_of(key) for key in list_names_of(tag)]
    number = SavedList.objects.live().filter(codes__overlap=codes).count()
    if number:
        yield Use("保存的名单", f"{number} 份", "各岗位自己的", blocks=False, note="停用后打开不再按它筛选")
