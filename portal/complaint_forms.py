"""Input of the pages of complaints."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Department
from portal.complaints.rules import ANSWER_DAYS, MOST_ANSWER_DAYS, Category, Finding, State
from portal.services.complaints.reporting import LONGEST_WORDS, Report
from portal.services.complaints.steps import LONGEST
from registry.event_forms import PhotosField

OVERDUE = "overdue"
NAMED, ANONYMOUS = "named", "anonymous"


PHOTOS_HELP = "最多 3 张。会去掉拍摄时间、位置和设备信息后加密保存;请先遮住您的名字和头像。"


class WordsField(forms.CharField):
    def __init__(self, label: str, *, rows: int = 4, **kwargs: Any) -> None:
        super().__init__(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class DepartmentField(forms.ModelChoiceField):  # type: ignore[type-arg]  # cannot be subscripted when run
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Department.objects.none(), **kwargs)


class ComplaintForm(forms.Form):
    """What a worker reports, and whether under the own name."""

    category = forms.ChoiceField(
        label="反映什么问题",
        choices=[("", "请选择"), *Category.choices],
        error_messages={"required": "请选择反映什么问题。"},
    )
    department = DepartmentField(label="涉及的部门", required=False, empty_label="说不清")
    names = WordsField(
        "被反映人", rows=2, required=False, max_length=300,
        help_text="知道的话写姓名,一行一个。写在这里的人,系统不让他看到这件举报。",
    )  # fmt: skip
    text = WordsField(
        "情况", rows=7, max_length=LONGEST_WORDS,
        help_text="什么时候、谁通知的、要做什么、用了多久。匿名举报请不要写出能认出您的话。",
        error_messages={"required": "请写明反映的情况。"},
    )  # fmt: skip
    evidence = PhotosField(
        label="照片或截图",
        required=False,
        help_text=PHOTOS_HELP,
    )
    naming = forms.ChoiceField(
        label="怎么举报",
        choices=[(ANONYMOUS, "匿名:系统不记录是谁"), (NAMED, "实名:身份加密,只有纪检人员写明理由才能查看")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择匿名或实名。"},
    )
    ticket = forms.CharField(widget=forms.HiddenInput, max_length=200)

    def __init__(self, *args: Any, departments: QuerySet[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]

    def as_report(self) -> Report:
        given = self.cleaned_data
        return Report(
            category=Category(given["category"]),
            text=given["text"],
            department=given["department"],
            names=given["names"].splitlines(),
            files=[file.read() for file in given["evidence"]],
            named=given["naming"] == NAMED,
        )


class CodeForm(forms.Form):
    """The receipt of a complaint. It travels in the body alone."""

    code = forms.CharField(
        label="回执码",
        max_length=40,
        error_messages={"required": "请填写回执码。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


class FollowUpForm(forms.Form):
    """A step of the reporter, told by its button."""

    step = forms.ChoiceField(choices=[("reply", "提交补充"), ("withdraw", "撤回")], widget=forms.HiddenInput)
    note = WordsField("补充说明", required=False, max_length=LONGEST)
    evidence = PhotosField(label="照片或截图", required=False, help_text="最多 3 张,同样去掉拍摄信息。")


class DeskFilterForm(forms.Form):
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), (OVERDUE, "已逾期"), *State.choices])
    category = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *Category.choices])


class PublishedFilterForm(forms.Form):
    category = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *Category.choices])


class NoteForm(forms.Form):
    """Words of a step; of some steps the answer to the reporter, of others to the department or to everybody."""

    note = WordsField("说明", required=False, max_length=LONGEST)


class HandForm(NoteForm):
    department = DepartmentField(label="转给", empty_label="请选择", error_messages={"required": "请选择部门。"})
    days = forms.IntegerField(label="答复期限(工作日)", min_value=1, max_value=MOST_ANSWER_DAYS, initial=ANSWER_DAYS)
    photos = forms.TypedMultipleChoiceField(
        label="一并转交的照片", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    field_order = ("department", "days", "note", "photos")

    def __init__(self, *args: Any, departments: QuerySet[Department], evidence: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = "转办内容"
        self.fields["note"].help_text = "部门只看到这段话和勾选的照片,看不到举报原文。请不要写能认出举报人的话。"
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]
        named = [(one.pk, f"照片 {nth}") for nth, one in enumerate(evidence, 1)]
        self.fields["photos"].choices = named  # type: ignore[attr-defined]
        if not named:
            del self.fields["photos"]


class SendBackForm(NoteForm):
    days = forms.IntegerField(label="答复期限(工作日)", min_value=1, max_value=MOST_ANSWER_DAYS, initial=ANSWER_DAYS)


class CloseForm(NoteForm):
    finding = forms.ChoiceField(
        label="核实结论", choices=[("", "请选择"), *Finding.choices], error_messages={"required": "请选择核实结论。"}
    )
    field_order = ("finding", "note")


class AnswerForm(forms.Form):
    note = WordsField("答复", rows=6, required=False, max_length=LONGEST, help_text="核实的情况、是否整改、怎么整改。")


class ReasonForm(forms.Form):
    reason = forms.CharField(label="查看理由", max_length=200, error_messages={"required": "请写明查看的理由。"})
