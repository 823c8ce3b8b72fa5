"""The condition builder as forms: how the rows are joined, and the rows (`registry/_condition_rows.html`)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from registry.condition_rows import Comparison, ConditionGroup, ConditionRow
from registry.models import DataItem, Entity

Leaves = Sequence[tuple[str, Mapping[str, str]]]
"""As `registry.condition_rows.list_condition_leaves` gives them."""
SPARE_ROWS = 2
MOST_ROWS = 20


class ConditionJoinForm(forms.Form):
    join = forms.ChoiceField(
        label="几个条件之间",
        choices=[("all", "都要满足"), ("any", "满足一个就算")],
        initial="all",
        widget=forms.RadioSelect,
    )
    groups = forms.MultipleChoiceField(label="成组的条件", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, known: Sequence[ConditionGroup] = (), **kwargs: Any) -> None:
        """known: groups of the condition that the page opens with; each is kept while it is ticked."""
        super().__init__(*args, **kwargs)
        self.known = known
        self.fields["groups"].choices = [(group.key, group.words) for group in known]  # type: ignore[attr-defined]
        self.initial.setdefault("groups", [group.key for group in known])

    def kept(self) -> list[ConditionGroup]:
        return [group for group in self.known if group.key in self.cleaned_data["groups"]]


class ConditionRowForm(forms.Form):
    """One row of the condition builder; without an item it counts for nothing."""

    item = forms.ChoiceField(
        label="数据项",
        required=False,
        error_messages={"invalid_choice": "这个数据项不能用作条件,请重新选择。"},
    )
    op = forms.ChoiceField(label="比较", choices=Comparison, required=False)
    value = forms.CharField(label="值", max_length=200, required=False)

    def __init__(
        self, *args: Any, items: Sequence[DataItem], leaves: Leaves = (), unoffered: Sequence[str] = (), **kwargs: Any
    ) -> None:
        """unoffered: codes that are read though no list shows them, so that a service refuses them in its own way."""
        super().__init__(*args, **kwargs)
        by_group: dict[str, list[tuple[str, str]]] = {}
        for item in items:
            by_group.setdefault(Entity(item.entity).label, []).append((item.code, item.name))
        by_group |= {label: list(choices.items()) for label, choices in leaves}
        shown = [("", "(不用这一行)"), *by_group.items(), *self._kept(by_group)]
        self.fields["item"].choices = [*shown, *((code, code) for code in unoffered)]  # type: ignore[attr-defined]
        self.fields["item"].widget.choices = shown

    def _kept(self, by_group: Mapping[str, Sequence[tuple[str, str]]]) -> list[tuple[str, str]]:
        """What the row says already and is not offered, such as a retired tag: it shows, and saving it is refused."""
        code = self.initial.get("item", "")
        offered = any(code == other for choices in by_group.values() for other, _ in choices)
        return [] if not code or offered else [(code, f"{code}(不能再选)")]

    def as_row(self) -> ConditionRow | None:
        data = self.cleaned_data  # empty where a spare row was left as it was
        return ConditionRow(data["item"], data["op"] or Comparison.IS, data["value"]) if data.get("item") else None


ConditionSet = forms.formset_factory(ConditionRowForm, extra=SPARE_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
