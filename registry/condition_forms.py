"""The condition builder as forms: how the rows are joined, and the rows (`registry/_condition_rows.html`)."""

from collections.abc import Sequence
from typing import Any

from django import forms

from registry.condition_rows import Comparison, ConditionRow
from registry.models import DataItem, Entity

SPARE_ROWS = 2
MOST_ROWS = 20


class ConditionJoinForm(forms.Form):
    join = forms.ChoiceField(
        label="几个条件之间",
        choices=[("all", "都要满足"), ("any", "满足一个就算")],
        initial="all",
        widget=forms.RadioSelect,
    )


class ConditionRowForm(forms.Form):
    """One row of the condition builder; without an item it counts for nothing."""

    item = forms.ChoiceField(
        label="数据项",
        required=False,
        error_messages={"invalid_choice": "这个数据项不能用作条件,请重新选择。"},
    )
    op = forms.ChoiceField(label="比较", choices=Comparison, required=False)
    value = forms.CharField(label="值", max_length=200, required=False)

    def __init__(self, *args: Any, items: Sequence[DataItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_entity: dict[str, list[tuple[str, str]]] = {}
        for item in items:
            by_entity.setdefault(Entity(item.entity).label, []).append((item.code, item.name))
        self.fields["item"].choices = [("", "(不用这一行)"), *by_entity.items()]  # type: ignore[attr-defined]

    def as_row(self) -> ConditionRow | None:
        data = self.cleaned_data  # empty where a spare row was left as it was
        return ConditionRow(data["item"], data["op"] or Comparison.IS, data["value"]) if data.get("item") else None


ConditionSet = forms.formset_factory(ConditionRowForm, extra=SPARE_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
