"""Input of the pages of systems: what is applied for, what the desk decides."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.timezone import localdate

from accounts.models import Area
from accounts.roles import UNSCOPED_ROLES, Role
from forms_engine.selectors.dispatches import TownChoice
from portal.models import Filing, System, SystemLetter
from portal.systems.functions import Function
from registry.catalogue import get_catalogue
from registry.models import DataItem, Entity

WORKING_ROLES = [(role.value, role.label) for role in Role if role not in UNSCOPED_ROLES]
ALL = "all"
DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class InventoryFilterForm(forms.Form):
    q = forms.CharField(label="名称、部门或备案号", required=False, max_length=60)
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), *System.State.choices],
    )
    function = forms.ChoiceField(label="功能", required=False, choices=[("", "全部"), *Function.choices])


class NewSystemForm(forms.Form):
    name = forms.CharField(
        label="系统名称",
        max_length=60,
        help_text="村居平时怎么叫它,如“养老服务平台”。只登记村居要用的系统、应用、小程序和公众号。",
    )


class SystemForm(forms.ModelForm[Filing]):
    """What a system does, for whom, on what basis, at what cost. items, area_codes: drawn by the page itself."""

    functions = forms.MultipleChoiceField(
        label="功能", required=False, choices=Function.choices, widget=forms.CheckboxSelectMultiple
    )
    roles = forms.MultipleChoiceField(
        label="哪些岗位使用", required=False, choices=WORKING_ROLES, widget=forms.CheckboxSelectMultiple
    )
    item_codes = forms.MultipleChoiceField(label="采集的数据项", required=False, widget=forms.CheckboxSelectMultiple)
    area_codes = forms.Field(required=False)

    class Meta:
        model = Filing
        fields = (
            *("summary", "description", "other_items", "legal_basis", "building_cost", "yearly_cost", "necessity"),
            *("reason", "functions", "roles"),
        )
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 2}),
            "description": forms.Textarea(attrs={"rows": 6}),
            "other_items": forms.Textarea(attrs={"rows": 2}),
            "legal_basis": forms.Textarea(attrs={"rows": 2}),
            "necessity": forms.Textarea(attrs={"rows": 3}),
            "reason": forms.Textarea(attrs={"rows": 2}),
        }
        labels = {"reason": "变更的理由"}
        help_texts = {
            "description": "一行写一项功能。会与区里在用的系统逐行比对。",
            "other_items": "目录里没有的,写在这里。",
            "legal_basis": "依据的法规、文件和条款。",
            "necessity": "区里已有的系统、平台已有的数据为什么不够用。",
        }

    def __init__(self, *args: Any, towns: Sequence[TownChoice], home: Area, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.towns, self.home = towns, home
        self.fields["item_codes"].choices = _item_choices()  # type: ignore[attr-defined]
        if self.instance.purpose != Filing.Purpose.CHANGE:
            del self.fields["reason"]

    def clean_area_codes(self) -> list[int]:
        """The whole area, else the towns that are ticked, else single communities."""
        chosen = set(self.data.getlist("areas"))  # type: ignore[attr-defined]  # a QueryDict
        if ALL in chosen:
            return [self.home.code]
        codes: list[int] = []
        for choice in self.towns:
            whole = str(choice.town.code) in chosen
            codes += (
                [choice.town.code] if whole else [one.code for one in choice.communities if str(one.code) in chosen]
            )
        return codes

    def areas(self) -> list[Area]:
        return list(Area.objects.filter(code__in=self.cleaned_data["area_codes"]))

    def items(self) -> list[DataItem]:
        return list(DataItem.objects.filter(code__in=self.cleaned_data["item_codes"]))

    def described(self) -> dict[str, Any]:
        """Values of the filing's own columns."""
        kept = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}
        return {"reason": "", "valid_until": self.instance.valid_until} | kept


class ClosureForm(forms.ModelForm[Filing]):
    """When a system ends, why, and what becomes of its data."""

    class Meta:
        model = Filing
        fields = ("reason", "closing_on", "data_fate", "data_note")
        labels = {"reason": "退出的理由"}
        widgets = {
            "reason": forms.Textarea(attrs={"rows": 2}),
            "closing_on": DATE,
            "data_note": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "reason": "如“功能并入统一平台”“长期使用率低”。",
            "closing_on": "这一天起不能再进入。",
            "data_note": "哪些数据、由谁、在哪一天前办完,记录留在哪里。",
        }


class SystemDecisionForm(forms.Form):
    """A decision of the desk. Which one is told by the button. A closure needs no validity."""

    DECISIONS = (("admit", "同意"), ("return", "退回补充"), ("refuse", "不同意"))
    decision = forms.ChoiceField(choices=DECISIONS, widget=forms.HiddenInput)
    note = forms.CharField(label="意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    valid_until = forms.DateField(label="有效期至", required=False, widget=DATE)

    def __init__(self, *args: Any, closure: bool, **kwargs: Any) -> None:
        in_two_years = localdate() + timedelta(days=730)
        kwargs.setdefault("initial", {"valid_until": in_two_years})
        super().__init__(*args, **kwargs)
        if closure:
            del self.fields["valid_until"]


class SuspensionForm(forms.Form):
    reason = forms.CharField(
        label="暂停原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="部门和正要打开它的村居会看到。",
        error_messages={"required": "请写明暂停的原因。"},
    )


def _item_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """By entity: 人员: 姓名(1 级), ..."""
    catalogue = get_catalogue()
    return [
        (entity.label, [(item.code, f"{item.name}({item.level} 级)") for item in items])
        for entity in Entity
        if (items := catalogue.of_entity(entity))
    ]


class LetterForm(forms.Form):
    kind = forms.ChoiceField(label="函件", choices=SystemLetter.Kind.choices)
    note = forms.CharField(label="补充要求", max_length=300, required=False)


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label="答复",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明使用少的原因和打算怎么办。不再需要的,请在系统页面申请退出。",
    )
