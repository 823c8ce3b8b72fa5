"""The one filter of the burden account: a period."""

from typing import Any

from django import forms
from django.utils.timezone import localdate

from portal.periods import Period, list_choices, month_of, parse_period, year_of


class PeriodChoice(forms.Form):
    """A month, quarter or year; this year by default. One that cannot be read says so, and the default is shown."""

    period = forms.CharField(label="期间", max_length=10, widget=forms.Select)

    def __init__(self, data: Any) -> None:
        self.default = self._default()
        super().__init__({"period": data.get("period") or self.default.key})
        self.fields["period"].widget.choices = self._choices()
        self.is_valid()

    def clean_period(self) -> Period:
        found = parse_period(self.cleaned_data["period"])
        if found is None:
            raise forms.ValidationError("没有这个期间,请从列表中选择。")
        return found

    @property
    def chosen(self) -> Period:
        found: Period = self.cleaned_data.get("period", self.default)
        return found

    def _default(self) -> Period:
        return year_of(localdate())

    def _choices(self) -> list[Any]:
        return list_choices(localdate())


class MonthChoice(PeriodChoice):
    """A month; this one by default."""

    period = forms.CharField(label="月份", max_length=10, widget=forms.Select)

    def clean_period(self) -> Period:
        found = super().clean_period()
        if found.months > 1:
            raise forms.ValidationError("月报按月编制,请选择一个月份。")
        return found

    def _default(self) -> Period:
        return month_of(localdate())

    def _choices(self) -> list[Any]:
        return dict(list_choices(localdate()))["月"]
