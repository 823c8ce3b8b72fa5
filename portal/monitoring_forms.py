"""Input of the pages of monitoring points."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.timezone import localdate

from accounts.models import Area, Department
from portal.complaint_forms import DepartmentField
from portal.models import OutsideAsk

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class OutsideForm(forms.Form):
    department = DepartmentField(
        label="哪个部门要的", empty_label="请选择", error_messages={"required": "请选择部门。"}
    )
    channel = forms.ChoiceField(
        label="怎么来的",
        choices=[("", "请选择"), *OutsideAsk.Channel.choices],
        error_messages={"required": "请选择怎么来的。"},
    )
    title = forms.CharField(
        label="要什么", max_length=100, help_text="如“统计独居老人名单”。不要写居民的姓名、电话和证件号。",
        error_messages={"required": "请写要什么。"},
    )  # fmt: skip
    received_on = forms.DateField(label="收到日期", widget=DATE, initial=localdate)
    due_on = forms.DateField(label="要求哪天完成", widget=DATE, required=False)
    minutes = forms.IntegerField(
        label="估计要用几分钟", required=False, min_value=1, max_value=10_000, help_text="整件事,全村居合计。"
    )
    repeated = forms.BooleanField(label="平台里已有,或以前给过", required=False)

    def __init__(self, *args: Any, departments: QuerySet[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]


class PointForm(forms.Form):
    area = forms.ModelChoiceField(
        Area.objects.none(), label="村居", empty_label="请选择", error_messages={"required": "请选择村居。"}
    )

    def __init__(self, *args: Any, areas: QuerySet[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas  # type: ignore[attr-defined]
        self.fields["area"].label_from_instance = lambda area: f"{area.parent.name} · {area.name}"  # type: ignore[attr-defined]
