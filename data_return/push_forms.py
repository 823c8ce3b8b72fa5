"""Input of the pages of push: a system that takes something, what goes to it, and the desk."""

from collections.abc import Mapping as Map
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.forms import BoundField

from data_return.channels.web import WebKind
from data_return.models import Channel, PushFlow, PushTarget
from data_return.push.mapping import ROWS, FieldMapping, Mapping
from data_return.push.topics import PushField, Topic

dotted = RegexValidator(r"^[^.\s]+(\.[^.\s]+)*$", "请按“外层.内层”写字段名,如 data.id,不带空格。")
plain = RegexValidator(r"^[^\s\x00-\x1f]+$", "字段名里不能有空格。")
CODED = ("as_names", "values")
ANSWER = ("number", "ok", "ok_is", "why")


class TargetForm(forms.Form):
    """What a data officer says of a system. The channel is chosen once."""

    channel = forms.ModelChoiceField(
        label="接入通道",
        queryset=Channel.objects.none(),
        empty_label="请选择",
        help_text="怎么连到对方,在“接入通道”里设置。",
    )
    name = forms.CharField(label="名称", max_length=100, help_text="村居看得懂的叫法,如“区民政低保系统”。")
    path = forms.CharField(
        label="接收地址",
        max_length=300,
        required=False,
        help_text="只对 HTTP 接口:接口地址之后的部分,如 reports 或 api/v1/receive。",
        validators=[RegexValidator(r"^[^\s?#\\]*$", "地址里不能有空格、问号和反斜线。")],
    )
    number = forms.CharField(
        label="回执编号在",
        max_length=100,
        required=False,
        validators=[dotted],
        help_text="对方回答里的字段,如 data.id。",
    )
    ok = forms.CharField(
        label="是否成功看",
        max_length=100,
        required=False,
        validators=[dotted],
        help_text="如 code。不填则只看 HTTP 状态。",
    )
    ok_is = forms.CharField(label="成功时的值", max_length=50, required=False, help_text="如 0 或 true。")
    why = forms.CharField(
        label="退回原因在", max_length=100, required=False, validators=[dotted], help_text="如 message。"
    )

    def __init__(self, data: Any = None, *, channels: Any, target: PushTarget | None = None) -> None:
        initial = (
            {"name": target.name, "path": target.path, "channel": target.channel_id} | target.answer if target else {}
        )
        super().__init__(data, initial=initial)
        self.fields["channel"].queryset = channels  # type: ignore[attr-defined]
        if target is not None:
            del self.fields["channel"]
            if target.takes_files:
                for name in ("path", *ANSWER):
                    del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("ok")) != bool(cleaned.get("ok_is")):
            self.add_error("ok_is", "“是否成功看”和“成功时的值”要一起填。")
        channel = cleaned.get("channel")
        if channel is not None and channel.kind != WebKind.code and (cleaned.get("path") or self.answer()):
            self.add_error("path", "文件夹和文件服务器没有接收地址和回执,请把下面几项留空。")
        return cleaned

    def answer(self) -> dict[str, str]:
        """As `AnswerRules` take it; what was left empty is left out."""
        return {name: value for name in ANSWER if (value := self.cleaned_data.get(name))}


class SourceForm(forms.Form):
    """What is to go to a system: one source of one topic."""

    source = forms.ChoiceField(label="推送什么", error_messages={"required": "请选择推送什么。"})

    def __init__(self, data: Any = None, *, choices: Sequence[tuple[Topic, int, str]]) -> None:
        super().__init__(data)
        options = [(f"{topic.code}-{pk}", f"{name}({topic.name})") for topic, pk, name in choices]
        self.fields["source"].choices = [("", "请选择"), *options]  # type: ignore[attr-defined]

    def chosen(self) -> tuple[str, int]:
        """(topic, key of the source)"""
        topic, _, pk = self.cleaned_data["source"].rpartition("-")
        return topic, int(pk)


class MappingForm(forms.Form):
    """The target's names for our fields. A field without a name is not sent."""

    rows = forms.CharField(label="明细列表的字段名", max_length=60, validators=[plain], initial=ROWS)

    def __init__(self, data: Any = None, *, topic: Topic, fields: Sequence[PushField], flow: PushFlow | None) -> None:
        self._topic, self._push_fields = topic, list(fields)
        super().__init__(data, initial=_initial(Mapping.of(flow.mapping) if flow else None, fields))
        for key, label in topic.head.items():
            self.fields[f"head-{key}"] = forms.CharField(label=label, max_length=60, required=False, validators=[plain])
        for at, field in enumerate(self._push_fields):
            self._add(at, field)

    def _add(self, at: int, field: PushField) -> None:
        about = {"aria-label": f"{field.label}:对方的字段名"}
        self.fields[f"name-{at}"] = forms.CharField(
            max_length=60, required=False, validators=[plain], widget=forms.TextInput(attrs=about)
        )
        if field.codes:
            about = {"aria-label": f"{field.label}:按名称发送"}
            self.fields[f"as_names-{at}"] = forms.BooleanField(required=False, widget=forms.CheckboxInput(attrs=about))
            about = {"aria-label": f"{field.label}:对方的值", "rows": "2"}
            self.fields[f"values-{at}"] = forms.CharField(
                max_length=5000, required=False, widget=forms.Textarea(attrs=about)
            )

    @property
    def head_fields(self) -> list[BoundField]:
        return [self[f"head-{key}"] for key in self._topic.head]

    @property
    def lines(self) -> list[tuple[PushField, BoundField, BoundField | None, BoundField | None]]:
        """Each field of the source with its inputs."""
        return [
            (
                field,
                self[f"name-{at}"],
                *((self[f"as_names-{at}"], self[f"values-{at}"]) if field.codes else (None,) * 2),
            )
            for at, field in enumerate(self._push_fields)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = [cleaned.get(f"name-{at}") for at in range(len(self._push_fields))]
        for at, name in enumerate(names):
            if name and names.index(name) < at:
                self.add_error(f"name-{at}", f"“{name}”已经用过,请换一个字段名。")
        heads = [name for key in self._topic.head if (name := cleaned.get(f"head-{key}"))]
        if len({*heads, cleaned.get("rows")}) <= len(heads):
            self.add_error("rows", "表头各项和明细列表的字段名不能相同。")
        for at, field in enumerate(self._push_fields):
            self._clean_values(cleaned, at, field)
        return cleaned

    def _clean_values(self, cleaned: dict[str, Any], at: int, field: PushField) -> None:
        """Lines such as 男=1; at the left a name or a code of ours."""
        known = {name: code for code, name in field.codes.items()} | {code: code for code in field.codes}
        values = {}
        for line in cleaned.get(f"values-{at}", "").splitlines():
            ours, equals, theirs = (part.strip() for part in line.partition("="))
            if not (ours or theirs):
                continue
            if not equals or ours not in known or not theirs:
                self.add_error(f"values-{at}", f"“{line.strip()[:40]}”看不懂。请每行写一个:我们的名称=对方的值。")
                return
            values[known[ours]] = theirs
        cleaned[f"values-{at}"] = values

    def mapping(self) -> Mapping:
        data = self.cleaned_data
        head = {key: name for key in self._topic.head if (name := data[f"head-{key}"])}
        fields = [
            FieldMapping(field.key, data[f"name-{at}"], data.get(f"as_names-{at}", False), data.get(f"values-{at}", {}))
            for at, field in enumerate(self._push_fields)
            if data[f"name-{at}"]
        ]
        return Mapping(head, data["rows"], fields)


class DeskForm(forms.Form):
    """What the desk does with ticked messages. Which step is told by the button."""

    STEPS = (("retry", "重新发送"), ("give_up", "不再发送"))
    step = forms.ChoiceField(choices=STEPS, widget=forms.HiddenInput)
    messages = forms.TypedMultipleChoiceField(
        coerce=int, label="推送件", error_messages={"required": "请先勾选要处理的推送件。"}
    )
    note = forms.CharField(label="不再发送的原因", max_length=200, required=False)

    def __init__(self, data: Any = None, *, known: Sequence[int] = ()) -> None:
        super().__init__(data)
        self.fields["messages"].choices = [(pk, str(pk)) for pk in known]  # type: ignore[attr-defined]


def _initial(mapping: Mapping | None, fields: Sequence[PushField]) -> dict[str, Any]:
    """A new flow proposes the keys of the data items; a message always tells its own key."""
    if mapping is None:
        names = {f"name-{at}": field.key.rpartition(".")[2] for at, field in enumerate(fields) if "." in field.key}
        return {"head-message": "message", "head-area_code": "area_code", "head-period": "period"} | names
    given: dict[str, Any] = {"rows": mapping.rows} | {f"head-{key}": name for key, name in mapping.head.items()}
    mapped = {one.key: one for one in mapping.fields}
    for at, field in enumerate(fields):
        if one := mapped.get(field.key):
            given |= {f"name-{at}": one.name, f"as_names-{at}": one.as_names, f"values-{at}": _lines(one.values, field)}
    return given


def _lines(values: Map[str, str], field: PushField) -> str:
    return "\n".join(f"{field.codes.get(code, code)}={theirs}" for code, theirs in values.items())
