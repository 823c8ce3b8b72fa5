"""Holding on to tags: what comes into force with a tag in its condition waits for the tag's retirement, and back."""

from collections.abc import Mapping
from typing import Any

from registry.conditions import BadCondition
from tagging.models import Tag
from tagging.order import keys_in
from tagging.selectors.needs import get_meant


def hold_tags(condition: Mapping[str, Any]) -> None:
    """Lock the tags that a condition names until the transaction ends. Raises BadCondition for a retired one.

    Call it in the transaction that puts the condition into force.
    """
    meant = get_meant()
    named = {meant.get(key, key) for key in keys_in(condition)}
    locked = Tag.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=named).order_by("pk")
    retired = [tag.name for tag in locked if not tag.is_live]
    if retired:
        raise BadCondition(f"条件里的标签“{'、'.join(retired)}”已停用,请换掉它。")
