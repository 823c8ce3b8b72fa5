"""Shapes of input about events."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Area
from registry.forms import ListForm, day_input
from registry.models import Event
from registry.services.events import EventReport


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Any number of files; what they are is found out when they are re-encoded."""

    widget = ManyFilesInput(attrs={"accept": "image/jpeg,image/png,image/webp", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(PhotosField, self).clean(one, initial) for one in given if one]


class EventReportForm(forms.Form):
    """areas: where the reporter may place an event; categories: code -> name."""

    category = forms.ChoiceField(label="类别")
    place = forms.CharField(label="地点", max_length=200, help_text="例如:南门路 58 弄 3 号楼道")
    area_code = forms.ChoiceField(label="所在网格")
    occurred_at = forms.DateTimeField(
        label="发生时间",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )
    title = forms.CharField(label="标题", max_length=200, required=False, help_text="可不填,默认用地点")
    description = forms.CharField(
        label="情况说明", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    photos = PhotosField(label="照片", required=False, help_text="最多 9 张;上传后会去掉位置和设备信息")
    people = forms.TypedMultipleChoiceField(label="涉及人员", coerce=int, required=False)

    def __init__(self, *args: Any, areas: Iterable[Area], categories: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", "请选择"), *categories.items()]  # type: ignore[attr-defined]
        self.fields["area_code"].choices = [(str(area.code), area.name) for area in areas]  # type: ignore[attr-defined]
        self.fields["occurred_at"].initial = timezone.localtime

    def offer_people(self, ids: Iterable[int]) -> None:
        """Ids that may be chosen: those just found, and those chosen before."""
        self.fields["people"].choices = [(pk, str(pk)) for pk in ids]  # type: ignore[attr-defined]

    def as_report(self) -> EventReport:
        kept = {name: self.cleaned_data[name] for name in ("title", "category", "place", "description", "occurred_at")}
        return EventReport(area_code=int(self.cleaned_data["area_code"]), **kept)


class EventStepForm(forms.Form):
    note = forms.CharField(label="情况或理由", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class EventListForm(ListForm):
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *Event.State.choices])
    since = forms.DateField(label="发生日期从", required=False, widget=day_input())
    until = forms.DateField(label="到", required=False, widget=day_input())

    def __init__(self, data: Any, *, areas: Iterable[Area], categories: Mapping[str, str]) -> None:
        super().__init__(data, areas=areas)
        del self.fields["closed"]
        choices = [("", "全部"), *categories.items()]
        self.fields["category"] = forms.ChoiceField(label="类别", required=False, choices=choices)
