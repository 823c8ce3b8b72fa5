"""Input of the pages of datasets."""

from collections.abc import Sequence
from typing import Any

from django import forms

from data_return.models import Dataset
from data_return.models.datasets import SUBJECT_CHOICES
from registry.models import DataItem

LONGEST_YEAR = 366


class FilterForm(forms.Form):
    q = forms.CharField(label="名称、部门或系统", required=False, max_length=60)
    subject = forms.ChoiceField(label="对象", required=False, choices=[("", "全部"), *SUBJECT_CHOICES])


class RegisterForm(forms.ModelForm[Dataset]):
    """What a dataset is, whatever its versions hold."""

    class Meta:
        model = Dataset
        fields = ("name", "system", "subject")
        help_texts = {
            "name": "村居看得懂的叫法,如“残疾人两项补贴发放名单”。",
            "system": "这些数据平时在哪个系统里办理。",
            "subject": "一条数据说的是一个人、一户、一处房屋,还是一个单位。登记后不能改。",
        }


class VersionForm(forms.Form):
    """What a version holds and on what basis."""

    legal_basis = forms.CharField(
        label="共享依据",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="依据的法规、文件和条款,如“《政务数据共享条例》第二十四条”。",
    )
    freshness_days = forms.IntegerField(
        label="更新周期(天)", min_value=1, max_value=LONGEST_YEAR, help_text="最长多少天更新一次。"
    )
    items = forms.MultipleChoiceField(
        label="数据项",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请至少选择一个数据项。",
            "invalid_choice": "有数据项不属于这个数据集的对象,请刷新页面后重新选择。",
        },
    )

    def __init__(self, *args: Any, choices: Sequence[DataItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = [  # type: ignore[attr-defined]
            (item.code, f"{item.name}({item.level} 级)") for item in choices
        ]


class DecisionForm(forms.Form):
    """A decision of the desk. Which one is told by the button."""

    DECISIONS = (("publish", "同意发布"), ("return", "退回补充"), ("refuse", "不同意"))
    decision = forms.ChoiceField(choices=DECISIONS, widget=forms.HiddenInput)
    note = forms.CharField(label="意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class LoadForm(forms.Form):
    """A file of records, and the day it tells about."""

    file = forms.FileField(
        label="Excel 文件(.xlsx)",
        error_messages={"required": "请先选择一个 Excel 文件。", "empty": "这个文件是空的,请重新选择。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )
    observed_on = forms.DateField(
        label="数据日期",
        help_text="表里的情况截至哪一天。比已有数据更早的,不会覆盖已有数据。",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
