"""Input of the pages of grants."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.models import Area, Department
from accounts.roles import Role
from data_return.models import Grant, Scenario
from registry.models import DataItem

USUAL_DAYS = 180
DEPARTMENT_LEVELS = ((2, "2 级及以下显示全文,3、4 级脱敏"), (3, "3 级及以下显示全文,4 级脱敏"))


def _day(label: str, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, widget=widget)


def _reason(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=200,
        error_messages={"required": "请写明原因,对方会看到。"},
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def _many(label: str, required: str, **more: Any) -> Any:
    return {
        "label": label,
        "widget": forms.CheckboxSelectMultiple,
        "error_messages": {"required": required, "invalid_choice": "选项已经变了,请刷新页面后重新选择。"},
        **more,
    }


class TermsForm(forms.Form):
    """What a unit asks for. A village has one area and a department one kind of readers: then nothing is asked."""

    scenario = forms.ChoiceField(label="使用场景", choices=Scenario.choices)
    purpose = forms.CharField(
        label="用途",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="办什么事、为谁办,如“残疾人两项补贴入户核对”。每次使用都会连同用途记下来,来源部门看得到。",
    )
    items = forms.MultipleChoiceField(**_many("数据项", "请至少选择一个数据项。"))
    areas = forms.TypedMultipleChoiceField(coerce=int, **_many("区域", "请至少选择一处区域。"))
    readers = forms.MultipleChoiceField(**_many("使用人员", "请选择哪些岗位使用。"))
    clearance = forms.TypedChoiceField(label="可见级别", coerce=int, choices=DEPARTMENT_LEVELS)
    since = _day("起始日期")
    until = _day("截止日期", "最长一年,到期前可以续期。")

    def __init__(
        self,
        *args: Any,
        actor: Actor,
        items: Sequence[DataItem],
        areas: Sequence[Area],
        readers: Sequence[Role],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.of_department = actor.department_id is not None
        _offer(self, "items", [(item.code, f"{item.name}({item.level} 级)") for item in items])
        _offer(self, "areas", _area_choices(areas, actor))
        _offer(self, "readers", [(role.value, role.label) for role in readers])
        if not self.of_department:
            del self.fields["clearance"]
        for name in ("areas", "readers"):
            self.fields[name].disabled = len(self.fields[name].choices) == 1  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        return given if self.of_department else given | {"clearance": None}


def usual_terms(actor: Actor, items: Sequence[DataItem], readers: Sequence[Role]) -> dict[str, Any]:
    """What the form begins with: everything of the lower levels, for the whole unit, for half a year."""
    today = localdate()
    return {
        "items": [item.code for item in items if item.level <= actor.clearance],
        "areas": [actor.area_code],
        "readers": [role.value for role in readers],
        "since": today,
        "until": today + timedelta(days=USUAL_DAYS),
    }


class DecisionForm(forms.Form):
    """A decision of one side. Which one is told by the button."""

    DECISIONS = (("approve", "同意"), ("return", "退回补充"), ("refuse", "不同意"))
    decision = forms.ChoiceField(choices=DECISIONS, widget=forms.HiddenInput)
    note = forms.CharField(label="意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class RevokeForm(forms.Form):
    """Why it ends now."""

    reason = _reason("撤销原因")


class NarrowForm(forms.Form):
    """What is left of a grant."""

    items = forms.MultipleChoiceField(**_many("保留的数据项", "请至少留一个数据项。要全部停用,请撤销。"))
    areas = forms.TypedMultipleChoiceField(coerce=int, **_many("保留的区域", "请至少留一处区域。要全部停用,请撤销。"))
    until = _day("截止日期", "只能提前。")
    reason = _reason("原因")

    def __init__(self, data: Any, *, grant: Grant, items: Sequence[DataItem], areas: Sequence[Area]) -> None:
        super().__init__(data, initial={"items": grant.items, "areas": grant.areas, "until": grant.until})
        _offer(self, "items", [(item.code, f"{item.name}({item.level} 级)") for item in items])
        _offer(self, "areas", [(area.code, area.name) for area in areas])


class ApplicantsForm(forms.Form):
    """Who may apply for a dataset: units of areas, and departments."""

    areas = forms.TypedMultipleChoiceField(coerce=int, required=False, **_many("哪些区域的单位", ""))
    departments = forms.TypedMultipleChoiceField(coerce=int, required=False, **_many("哪些部门", ""))

    def __init__(self, *args: Any, areas: Sequence[Area], departments: Sequence[Department], **more: Any) -> None:
        super().__init__(*args, **more)
        _offer(
            self,
            "areas",
            [(area.code, f"{area.name}(整个区域)" if not place else area.name) for place, area in enumerate(areas)],
        )
        _offer(self, "departments", [(department.pk, str(department)) for department in departments])


def _area_choices(areas: Sequence[Area], actor: Actor) -> list[tuple[int, str]]:
    whole = actor.area_code if len(areas) > 1 else None
    return [(area.code, f"{area.name}(全部)" if area.code == whole else area.name) for area in areas]


def _offer(form: forms.Form, name: str, choices: Sequence[tuple[Any, str]]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]
