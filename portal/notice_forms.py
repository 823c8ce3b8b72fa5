"""Input of the pages of notices and guides."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.timezone import localdate

from accounts.models import Area
from accounts.roles import Role
from portal.models import Guide, Notice
from portal.models.notices import READERS
from portal.services.notices import Letter
from registry.event_forms import ManyFilesInput, PhotosField

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AttachmentsField(PhotosField):
    widget = ManyFilesInput(attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp", "multiple": True})


class NoticeForm(forms.Form):
    """A notice. areas: of the sender, the whole or parts of it."""

    title = forms.CharField(label="标题", max_length=80, error_messages={"required": "请填写标题。"})
    body = forms.CharField(
        label="内容", max_length=4000, widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "请填写内容。"},
        help_text="需要填数的,请走表单,不要在通知里要。",
    )  # fmt: skip
    areas = forms.TypedMultipleChoiceField(
        label="发给哪里", coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择发给哪里。"},
    )  # fmt: skip
    roles = forms.MultipleChoiceField(
        label="发给哪些岗位", choices=[(role.value, role.label) for role in READERS],
        widget=forms.CheckboxSelectMultiple, error_messages={"required": "请选择发给哪些岗位。"},
    )  # fmt: skip
    since = forms.DateField(label="从哪天起显示", widget=DATE)
    until = forms.DateField(label="显示到哪天", widget=DATE)
    evidence = AttachmentsField(
        label="附件", required=False, help_text="PDF 或图片,最多 3 份。Word、Excel 请先另存为 PDF。"
    )
    keep = forms.TypedMultipleChoiceField(
        label="保留的附件", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, places: Sequence[Area], notice: Notice | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(notice, places))
        super().__init__(*args, **kwargs)
        self.places = {place.code: place for place in places}
        first, *others = places
        whole = [(first.code, f"{first.name}全部")]
        self.fields["areas"].choices = whole + [(one.code, one.name) for one in others]  # type: ignore[attr-defined]
        kept = [(file.pk, file.name) for file in notice.files.defer("sealed")] if notice else []
        self.fields["keep"].choices = kept  # type: ignore[attr-defined]
        if not kept:
            del self.fields["keep"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", "截止日期不能早于起始日期。")
        elif until and until < localdate():
            self.add_error("until", "截止日期不能早于今天。")
        return given

    def as_letter(self) -> Letter:
        given = self.cleaned_data
        return Letter(
            title=given["title"],
            body=given["body"],
            areas=[self.places[code] for code in given["areas"]],
            roles=[Role(role) for role in given["roles"]],
            since=given["since"],
            until=given["until"],
            files=[(file.name, file.read()) for file in given["evidence"]],
        )

    @property
    def kept(self) -> list[int]:
        kept: list[int] = self.cleaned_data.get("keep", [])
        return kept


class DecisionForm(forms.Form):
    """A decision of the desk, told by its button."""

    decision = forms.ChoiceField(
        choices=[("publish", "同意发布"), ("return", "退回修改"), ("refuse", "不同意")], widget=forms.HiddenInput
    )
    note = forms.CharField(label="意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class GuideFilterForm(forms.Form):
    q = forms.CharField(label="标题或说明里的词", required=False, max_length=60)
    category = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *Guide.Category.choices])


class GuideForm(forms.Form):
    title = forms.CharField(label="标题", max_length=80, error_messages={"required": "请填写标题。"})
    category = forms.ChoiceField(label="类别", choices=Guide.Category.choices)
    summary = forms.CharField(label="说明", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    evidence = forms.FileField(
        label="文件", help_text="PDF,最多 200 页、10 MB。Word、PPT 请先另存为 PDF。",
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
        error_messages={"required": "请选择 PDF 文件。"},
    )  # fmt: skip


def _initial(notice: Notice | None, places: Sequence[Area]) -> dict[str, Any]:
    if notice is None:
        today = localdate()
        roles = [Role.COMMUNITY_WORKER.value, Role.GRID_WORKER.value]
        return {"since": today, "until": today + timedelta(days=30), "areas": [places[0].code], "roles": roles}
    return {
        "title": notice.title,
        "body": notice.body,
        "areas": list(notice.areas.values_list("pk", flat=True)),
        "roles": notice.roles,
        "since": notice.since,
        "until": notice.until,
        "keep": list(notice.files.values_list("pk", flat=True)),
    }
