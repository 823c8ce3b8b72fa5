"""The form of a definition and the builder of its condition, which are sent together."""

from typing import Any

from django.http import HttpRequest

from accounts.access import actor_of
from registry.catalogue import get_catalogue
from registry.condition_forms import ConditionJoinForm, ConditionSet
from registry.condition_rows import build_tree, list_condition_items, list_condition_leaves, list_groups, split_tree
from registry.masking import is_masked
from tagging.forms import TagForm
from tagging.models import Definition, Kind
from tagging.order import WORD
from tagging.selectors.catalogue import list_hidden_tags


class DefinitionPage:
    """shown: the definition that the page opens with; None for an empty one."""

    def __init__(self, request: HttpRequest, shown: Definition | None = None, reason: str = "") -> None:
        data, self.catalogue = request.POST or None, get_catalogue()
        known = shown.definition() | {"synonyms": "、".join(shown.synonyms), "reason": reason} if shown else None
        self.form = TagForm(data, initial=known)
        join, rows = split_tree(shown.condition if shown else {}, self.catalogue)
        groups = list_groups(shown.condition if shown else {}, self.catalogue)
        self.join = ConditionJoinForm(data, initial={"join": join}, known=groups)
        # Rows that were sent stand for themselves: one that equals the kept row is not an empty one.
        kept = [] if data else [{"item": row.item, "op": row.op, "value": row.value} for row in rows]
        offered = _offered(request)
        self.rows = ConditionSet(data, prefix="rows", initial=kept, form_kwargs=offered)

    def is_valid(self) -> bool:
        valid = [self.form.is_valid(), self.join.is_valid(), self.rows.is_valid()]  # all errors show at once
        return all(valid)

    @property
    def is_wrong(self) -> bool:
        return bool(self.form.errors or self.join.errors or self.rows.total_error_count())

    @property
    def reason(self) -> str:
        return str(self.form.cleaned_data["reason"])

    def values(self) -> dict[str, Any]:
        """Values of the definition. Raises BadRow."""
        values = self.form.values()
        rows = [row for form in self.rows if (row := form.as_row()) is not None]
        tree = build_tree(rows, self.join.cleaned_data["join"], self.catalogue, self.join.kept())
        return values | {"condition": tree if values["kind"] == Kind.DYNAMIC else {}}

    def context(self) -> dict[str, Any]:
        return {"form": self.form, "join": self.join, "rows": self.rows}


def _offered(request: HttpRequest) -> dict[str, Any]:
    """What the post may build a condition with: items and tags that it sees unmasked. The others are read, so that the
    service refuses them as what they are.
    """
    actor = actor_of(request)
    items = list_condition_items(get_catalogue())
    above = [item for item in items if is_masked(item, actor.at_standing().clearance)]
    hidden = [f"{WORD}:{tag.code}" for tag in list_hidden_tags(actor=actor)]
    return {
        "items": [item for item in items if item not in above],
        "leaves": list_condition_leaves(actor),
        "unoffered": [*(item.code for item in above), *hidden],
    }
