"""Input of the pages of tags."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.roles import HIGHEST_LEVEL
from registry.models import Entity
from tagging.models import Colour, Kind, Tag
from tagging.models.catalogue import SUBJECT_CHOICES

FIELDS = (
    "name", "kind", "subject", "level", "meaning", "purpose", "source", "synonyms", "valid_until", "recheck_days",
    "group", "colour",
)  # fmt: skip
SIGNS = re.compile(r"[、,,;;\s]+")
MOST_SYNONYMS = 10
LEVELS = [(level, f"{level} 级") for level in range(1, HIGHEST_LEVEL + 1)]


class FilterForm(forms.Form):
    q = forms.CharField(label="查找", required=False, max_length=20)
    kind = forms.ChoiceField(label="种类", required=False, choices=[("", "全部"), *Kind.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "在用"), ("retired", "已停用")])

    def __init__(self, *args: Any, groups: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "全部"), *((group, group) for group in groups)]
        self.fields["group"] = forms.ChoiceField(label="分组", required=False, choices=choices)


class TagForm(forms.Form):
    """A definition, without its condition, which the builder gives."""

    name = forms.CharField(label="名称", max_length=20)
    kind = forms.ChoiceField(
        label="种类",
        choices=Kind,
        help_text="基础标签先在目录里统一名称和含义;动态标签由条件自动得出。",
    )
    subject = forms.ChoiceField(label="对象", choices=SUBJECT_CHOICES, initial=Entity.PERSON)
    meaning = forms.CharField(label="含义", max_length=200, help_text="怎样的人算,怎样的不算。")
    purpose = forms.CharField(label="用途", max_length=200, help_text="用来做什么工作,依据是什么。")
    source = forms.CharField(
        label="来源", max_length=100, required=False, help_text="基础标签从哪里来,如“区民政局低保系统”“入户走访”。"
    )
    synonyms = forms.CharField(
        label="同义词", max_length=200, required=False, help_text="别处的叫法,用顿号分开。查找和导入时都认。"
    )
    level = forms.TypedChoiceField(
        label="分级",
        choices=LEVELS,
        coerce=int,
        initial=2,
        help_text="动态标签不用选:按条件中级别最高的数据项定。",
    )
    group = forms.CharField(label="分组", max_length=20, required=False)
    colour = forms.ChoiceField(label="颜色", choices=Colour)
    valid_until = forms.DateField(
        label="有效期至", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    recheck_days = forms.IntegerField(label="复核周期(天)", required=False, min_value=1, max_value=3660)
    reason = forms.CharField(label="申请理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def clean_synonyms(self) -> list[str]:
        words = list(dict.fromkeys(word for word in SIGNS.split(self.cleaned_data["synonyms"]) if word))
        if len(words) > MOST_SYNONYMS or any(len(word) > self.fields["name"].max_length for word in words):  # type: ignore[attr-defined]
            raise forms.ValidationError(f"同义词最多 {MOST_SYNONYMS} 个,每个最多 20 个字。")
        return words

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}


class RowForm(TagForm):
    """A row of a standard catalogue."""

    standard_code = forms.CharField(label="标准代码", max_length=30, required=False)
    reason = None  # type: ignore[assignment]


class ImportForm(forms.Form):
    file = forms.FileField(
        label="标签目录(.xlsx 或 .csv)",
        error_messages={"required": "请先选择一个文件。", "empty": "这个文件是空的,请重新选择。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    reason = forms.CharField(
        label="依据", max_length=200, help_text="哪个文件、哪一版,如“市数据局 2026 年版基层标签目录”。"
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def values(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


class MergeForm(ReasonForm):
    """tags: those that it may be merged into. hidden: read though not offered, for the service to refuse."""

    field_order = ["into", "reason"]

    def __init__(self, *args: Any, tags: Iterable[Tag], hidden: Iterable[Tag] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", "(请选择)"), *((tag.code, f"{tag.name}({tag.owner})") for tag in tags)]
        self.tags = {tag.code: tag for tag in (*tags, *hidden)}
        self.fields["into"] = forms.ChoiceField(label="并入哪个标签", choices=[(code, code) for code in self.tags])
        self.fields["into"].widget.choices = offered
        self.order_fields(self.field_order)

    def values(self) -> dict[str, Any]:
        return super().values() | {"into": self.tags[self.cleaned_data["into"]]}


class HandForm(forms.Form):
    """Which basic tag, on or off, and why. hidden: tags that are read though not offered, for the service to refuse."""

    step = forms.ChoiceField(
        label="要做什么", choices=[("attach", "打上"), ("remove", "去掉")], initial="attach", widget=forms.RadioSelect
    )
    reason = forms.CharField(label="理由", max_length=200, help_text="怎样知道的,如“3 月 5 日入户走访”。")
    field_order = ["step", "tag", "reason"]

    def __init__(self, data: Any = None, *, tags: Iterable[Tag], hidden: Iterable[Tag] = ()) -> None:
        super().__init__(data)
        self.offered = [(tag.code, tag.name) for tag in tags]
        self.tags = {tag.code: tag for tag in (*tags, *hidden)}
        self.fields["tag"] = forms.ChoiceField(label="标签", choices=[(code, code) for code in self.tags])
        self.fields["tag"].widget.choices = self.offered
        self.order_fields(self.field_order)


class RecheckForm(forms.Form):
    """Whether it is still so. Which answer is told by the button."""

    answer = forms.ChoiceField(choices=[("yes", "仍然符合"), ("no", "不再符合")])
    reason = forms.CharField(label="说明", max_length=200, required=False, help_text="不再符合的,须写明理由。")


class DecisionForm(forms.Form):
    """A decision of the desk. Which one is told by the button."""

    decision = forms.ChoiceField(choices=(("approve", "同意"), ("return", "退回补充"), ("refuse", "不同意")))
    note = forms.CharField(label="意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
