"""Input of the admission desk, of a joint review, and of the page that sends a form out."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.timezone import get_current_timezone, localdate, localtime, make_aware

from accounts.approvals.reviews import MOST_DAYS
from accounts.approvals.rules import Opinion
from accounts.models import Department
from forms_engine.models import Dispatch, FormVersion
from forms_engine.selectors.dispatches import TownChoice, expand_areas

ALL = "all"


class DecisionForm(forms.Form):
    """A decision of the desk. Which one is told by the button."""

    DECISIONS = (("admit", "准入"), ("return", "退回补充"), ("refuse", "不予准入"))
    decision = forms.ChoiceField(choices=DECISIONS, widget=forms.HiddenInput)
    note = forms.CharField(label="意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    valid_until = forms.DateField(
        label="有效期至", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") == "admit":
            self._check_validity(cleaned.get("valid_until"))
        elif not cleaned.get("note", "").strip():
            self.add_error("note", "退回或不予准入请写明意见,部门才知道怎么办。")
        return cleaned

    def _check_validity(self, valid_until: date | None) -> None:
        if "valid_until" in self.errors:
            return
        if valid_until is None:
            self.add_error("valid_until", "准入须写明有效期,请选择日期。")
        elif valid_until < localdate():
            self.add_error("valid_until", "有效期不能早于今天。")


class InviteForm(forms.Form):
    """Whose opinion the desk wants, and until when."""

    departments = forms.ModelMultipleChoiceField(
        Department.objects.none(),
        label="请哪些部门",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请至少选择一个部门。",
            "invalid_choice": "有部门现在不能请(已经给出意见,或没有人员)。请刷新页面后重新选择。",
        },
    )
    days = forms.IntegerField(
        label="几个工作日内回复",
        min_value=1,
        max_value=MOST_DAYS,
        initial=5,
        help_text="到期没有回复的,记为“逾期未回”。",
    )

    def __init__(self, *args: Any, askable: QuerySet[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departments"].queryset = askable  # type: ignore[attr-defined]


class OpinionForm(forms.Form):
    """The opinion of a department on a form of another one."""

    opinion = forms.ChoiceField(
        label="意见", choices=Opinion, widget=forms.RadioSelect, error_messages={"required": "请选择一种意见。"}
    )
    text = forms.CharField(
        label="说明",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="有条件同意或不同意的,请写明条件或理由,区里和申请部门都会看到。",
    )

    def clean_opinion(self) -> Opinion:
        return Opinion(self.cleaned_data["opinion"])


class DispatchForm(forms.Form):
    """Period, reporting date, deadline and areas of a sending. areas: codes of towns and communities, or `ALL`."""

    period = forms.CharField(label="期次", max_length=50, help_text="每一期只能下发一次,如 2026年11月。")
    reporting_date = forms.DateField(
        label="统计日期",
        help_text="年龄等按这一天计算。",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    due_at = forms.DateTimeField(
        label="截止时间", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )

    area_codes = forms.Field(required=False)  # from the check boxes, which the page draws as a tree

    def __init__(self, *args: Any, version: FormVersion, towns: Sequence[TownChoice], **kwargs: Any) -> None:
        self.version, self.towns = version, towns
        kwargs.setdefault("initial", propose_dispatch(version, localdate()))
        super().__init__(*args, **kwargs)
        self.fields["due_at"].help_text = f"至少留给村居 {version.lead_days} 天。"

    def clean_period(self) -> str:
        period: str = self.cleaned_data["period"].strip()
        if Dispatch.objects.filter(version=self.version, period=period).exists():
            raise forms.ValidationError(f"“{period}”这一期已经下发过,请改期次,或到那一期查看进度。")
        return period

    def clean_area_codes(self) -> list[int]:
        chosen = self.data.getlist("areas")  # type: ignore[attr-defined]  # a QueryDict
        everything = [str(choice.town.code) for choice in self.towns]
        codes = expand_areas(self.towns, everything if ALL in chosen else chosen)
        if not codes:
            raise forms.ValidationError("请至少选择一个村居。")
        return codes

    def clean_due_at(self) -> datetime:
        """The notice that the department promised; a form answered by data disturbs nobody and needs none."""
        due_at: datetime = self.cleaned_data["due_at"]
        if self.version.answer_mode == FormVersion.AnswerMode.DATA:
            return due_at
        earliest = localdate() + timedelta(days=self.version.lead_days)
        if localtime(due_at).date() < earliest:
            raise forms.ValidationError(
                f"这张表的提前量是 {self.version.lead_days} 天,截止时间最早为 {earliest:%Y-%m-%d}。"
            )
        return due_at


def propose_dispatch(version: FormVersion, today: date) -> dict[str, Any]:
    """Starting values: the running period of the form's cycle, today, and the earliest fair deadline at 17:00."""
    due_on = today + timedelta(days=version.lead_days)
    return {
        "period": name_period(version.cycle, today),
        "reporting_date": today,
        "due_at": make_aware(datetime.combine(due_on, time(17)), get_current_timezone()),
    }


def name_period(cycle: str, day: date) -> str:
    """2026年11月, 2026年第4季度, 2026年下半年, 2026年; for a single sending the month."""
    cycles = FormVersion.Cycle
    names = {
        cycles.QUARTER: f"{day.year}年第{(day.month + 2) // 3}季度",
        cycles.HALF_YEAR: f"{day.year}年{'上' if day.month <= 6 else '下'}半年",
        cycles.YEAR: f"{day.year}年",
    }
    return names.get(cycles(cycle), f"{day.year}年{day.month}月")
