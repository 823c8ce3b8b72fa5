"""The form of a version and the builder of whom the dataset should hold, which are sent together."""

from typing import Any

from django.http import HttpRequest

from data_return.forms import VersionForm
from data_return.selectors.datasets import Shown, list_choices
from registry.catalogue import get_catalogue
from registry.condition_forms import ConditionJoinForm, ConditionSet
from registry.condition_rows import build_tree, list_condition_items, list_groups, split_tree
from registry.models import DataItem, Entity


class VersionPage:
    def __init__(self, request: HttpRequest, shown: Shown) -> None:
        data, self.catalogue, version = request.POST or None, get_catalogue(), shown.version
        known = {"legal_basis": version.legal_basis, "freshness_days": version.freshness_days}
        initial = known | {"items": [item.code for item in shown.items]}
        self.form = VersionForm(data, initial=initial, choices=list_choices(shown.dataset.subject))
        join, rows = split_tree(version.covers, self.catalogue)
        groups = list_groups(version.covers, self.catalogue)
        self.join = ConditionJoinForm(data, initial={"join": join}, known=groups)
        # Rows that were sent stand for themselves: one that equals the kept row is not an empty one.
        kept = [] if data else [{"item": row.item, "op": row.op, "value": row.value} for row in rows]
        offered = {"items": self._items(shown.dataset.subject)}
        self.rows = ConditionSet(data, prefix="rows", initial=kept, form_kwargs=offered)

    def is_valid(self) -> bool:
        valid = [self.form.is_valid(), self.join.is_valid(), self.rows.is_valid()]  # all errors show at once
        return all(valid)

    @property
    def is_wrong(self) -> bool:
        return bool(self.form.errors or self.join.errors or self.rows.total_error_count())

    def values(self) -> dict[str, Any]:
        """Arguments of `change_version`. Raises BadRow."""
        rows = [row for form in self.rows if (row := form.as_row()) is not None]
        covers = build_tree(rows, self.join.cleaned_data["join"], self.catalogue, self.join.kept())
        return self.form.cleaned_data | {"covers": covers}

    def context(self) -> dict[str, Any]:
        return {"form": self.form, "join": self.join, "rows": self.rows}

    def _items(self, subject: str) -> list[DataItem]:
        """Items of the subject itself and of where it is."""
        offered = list_condition_items(self.catalogue)
        return [item for item in offered if item.entity in (subject, Entity.AREA)]
