"""Input of the pages of corrections."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.codes import Range
from accounts.models import Area
from data_return.comparing.reading import Asked, Kind
from data_return.correction_rules import Finding, State
from data_return.services.correcting import Mark
from registry.catalogue import get_catalogue
from registry.event_forms import ManyFilesInput, PhotosField
from registry.forms import item_widget
from registry.models import DataItem

OVERDUE = "overdue"
OF_RECORD = (Finding.MOVED, Finding.DEAD, Finding.UNKNOWN, Finding.WRONG)
ACCEPTED_TYPES = "image/jpeg,image/png,image/webp,application/pdf"


class FilesField(PhotosField):
    widget = ManyFilesInput(attrs={"accept": ACCEPTED_TYPES, "multiple": True})


class MarkForm(forms.Form):
    """What is wrong with a record, or, with an item, what its value should be."""

    finding = forms.ChoiceField(
        label="核实结果",
        choices=[(one.value, one.label) for one in OF_RECORD],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择核实结果。"},
    )
    value = forms.CharField(label="正确的值", required=False, max_length=500)
    note = forms.CharField(
        label="说明", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="怎么知道的,部门据此核对。",
    )  # fmt: skip
    evidence = FilesField(
        label="证明材料", required=False, help_text="照片或 PDF,最多 3 份;加密保存,只有来源部门和本村居看得到。"
    )
    own = forms.BooleanField(label="同时更新本村居登记的这一项", required=False)

    def __init__(self, *args: Any, item: DataItem | None, registered: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        if item is None:
            del self.fields["value"]
            self.fields["note"].help_text = "标“有误”的,请写明错在哪里。"
        else:
            del self.fields["finding"]
            self.fields["value"].widget = item_widget(item, get_catalogue(), empty="请选择")
            self.fields["value"].label = f"正确的{item.name}"
        if item is None or not registered:
            del self.fields["own"]

    def as_mark(self) -> Mark:
        given = self.cleaned_data
        return Mark(
            finding=Finding(given.get("finding") or Finding.WRONG),
            item=self.item.code if self.item else "",
            value=given.get("value", ""),
            note=given["note"],
            files=[file.read() for file in given["evidence"]],
            own=given.get("own", False),
        )


class AnswerForm(forms.Form):
    """The department's answer. Which one is told by the button."""

    answer = forms.ChoiceField(choices=[("accept", "采纳"), ("refuse", "不采纳")], widget=forms.HiddenInput)
    note = forms.CharField(
        label="答复", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不采纳的要写明理由,村居会看到。",
    )  # fmt: skip


class ObjectForm(forms.Form):
    note = forms.CharField(
        label="异议理由", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="只能提一次异议,部门再次答复后办结。",
    )  # fmt: skip


class CorrectionFilterForm(forms.Form):
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), (OVERDUE, "已逾期"), *State.choices])


class CompareForm(forms.Form):
    """Which list of a comparison, and which part of it. A wrong filter filters nothing."""

    open_only = forms.BooleanField(label="只看没处理的", required=False)

    def __init__(self, data: Any, *, areas: Sequence[Area], items: Sequence[DataItem], covers: bool) -> None:
        super().__init__(data)
        self.areas, self.covers = {str(area.code): area for area in areas}, covers
        choices = [("", "全部"), *((code, area.name) for code, area in self.areas.items())]
        self.fields["area"] = forms.ChoiceField(label="所在区域", required=False, choices=choices)
        names = [(item.code, item.name) for item in items if not item.is_sealed]
        self.fields["item"] = forms.ChoiceField(label="数据项", required=False, choices=[("", "全部"), *names])
        self.is_valid()

    @property
    def kind(self) -> Kind:
        wanted = self.data.get("kind", "")
        allowed = [one.value for one in Kind if one != Kind.THERE or self.covers]
        return Kind(wanted) if wanted in allowed else Kind.DIFFERS

    @property
    def area(self) -> Range | None:
        chosen = self.cleaned_data.get("area")
        return self.areas[chosen].range if chosen else None

    def asked(self, *, after: int = 0, most: int) -> Asked:
        given = self.cleaned_data
        return Asked(self.kind, after, most, given.get("item", ""), bool(given.get("open_only")))
