"""Input of a copy pack: the system, and for each column its place and name on that system's screen."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField

from forms_engine.models import CopyPack, FormColumn
from forms_engine.services.copying import PackLine

LONGEST_LABEL, MOST = 60, 999


class PackForm(forms.Form):
    """A column without a number is not on the screen. Equal numbers stay in the order of the sheet."""

    system = forms.CharField(label="系统名称", max_length=100, help_text="例如:全国残疾人人口基础信息管理系统")

    def __init__(self, data: Any = None, *, columns: Sequence[FormColumn], pack: CopyPack | None = None) -> None:
        self._columns = list(columns)
        super().__init__(data, initial=_initial(self._columns, pack))
        for column in self._columns:
            about = {"aria-label": f"{column.header}:顺序"}
            self.fields[f"order-{column.letter}"] = forms.IntegerField(
                required=False, min_value=1, max_value=MOST, widget=forms.NumberInput(attrs={"min": 1} | about)
            )
            about = {"aria-label": f"{column.header}:画面上的名称"}
            self.fields[f"label-{column.letter}"] = forms.CharField(
                required=False, max_length=LONGEST_LABEL, widget=forms.TextInput(attrs=about)
            )

    @property
    def rows(self) -> list[tuple[FormColumn, BoundField, BoundField]]:
        """Each column with its two fields."""
        return [(one, self[f"order-{one.letter}"], self[f"label-{one.letter}"]) for one in self._columns]

    def lines(self) -> list[PackLine]:
        """What was chosen, in the order of the screen."""
        data = self.cleaned_data
        chosen = [(data[f"order-{one.letter}"], one) for one in self._columns if data[f"order-{one.letter}"]]
        chosen.sort(key=lambda pair: pair[0])
        return [PackLine(one.letter, data[f"label-{one.letter}"] or one.short_header) for _, one in chosen]


def _initial(columns: Sequence[FormColumn], pack: CopyPack | None) -> dict[str, Any]:
    """A new pack begins with every column, in the order of the sheet."""
    if pack is None:
        lines = [{"letter": column.letter, "label": column.short_header[:LONGEST_LABEL]} for column in columns]
    else:
        lines = pack.lines
    given: dict[str, Any] = {"system": pack.system if pack else ""}
    for place, line in enumerate(lines, start=1):
        given |= {f"order-{line['letter']}": place, f"label-{line['letter']}": line["label"]}
    return given
