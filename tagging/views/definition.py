"""The form of a definition and the builder of its condition, which are sent together."""

from typing import Any

from django.http import HttpRequest

from accounts.access import actor_of
from registry.catalogue import get_catalogue
from registry.condition_forms import ConditionJoinForm, ConditionSet
from registry.condition_rows import build_tree, list_condition_items, list_condition_leaves, split_tree
from registry.conditions import parts_above
from tagging.forms import TagForm
from tagging.models import Definition, Kind


class DefinitionPage:
    """shown: the definition that the page opens with; None for an empty one."""

    def __init__(self, request: HttpRequest, shown: Definition | None = None, reason: str = "") -> None:
        data, self.catalogue = request.POST or None, get_catalogue()
        known = shown.definition() | {"synonyms": "、".join(shown.synonyms), "reason": reason} if shown else None
        self.form = TagForm(data, initial=known)
        join, rows = split_tree(shown.condition if shown else {}, self.catalogue)
        self.join = ConditionJoinForm(data, initial={"join": join})
        # Rows that were sent stand for themselves: one that equals the kept row is not an empty one.
        kept = [] if data else [{"item": row.item, "op": row.op, "value": row.value} for row in rows]
        offered = {"items": _items(request), "leaves": list_condition_leaves(actor_of(request))}
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
        dynamic = values["kind"] == Kind.DYNAMIC
        return values | {
            "condition": build_tree(rows, self.join.cleaned_data["join"], self.catalogue) if dynamic else {}
        }

    def context(self) -> dict[str, Any]:
        return {"form": self.form, "join": self.join, "rows": self.rows}


def _items(request: HttpRequest) -> list[Any]:
    """Items that the post may build a condition with: those of a person's condition that it sees unmasked."""
    clearance, catalogue = actor_of(request).at_standing().clearance, get_catalogue()
    offered = list_condition_items(catalogue)
    return [item for item in offered if not parts_above({"item": item.code}, clearance, catalogue)]
