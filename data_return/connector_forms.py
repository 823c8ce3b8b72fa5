"""Input of the pages of connectors: what is brought over which channel, the fields, the schedule, and the desk."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings

from data_return.connectors.kinds import SourceKind, every_kind
from data_return.models import Channel, Connector, Dataset
from data_return.services.pull_setup import Fields
from registry.models import DataItem

MINUTES, HOURS = {"5m": "*/5", "15m": "*/15", "30m": "*/30"}, {"1h": "*", "6h": "*/6"}
EVERY = (
    ("5m", "每 5 分钟"), ("15m", "每 15 分钟"), ("30m", "每 30 分钟"), ("1h", "每小时"), ("6h", "每 6 小时"),
    ("day", "每天"), ("week", "每周"), ("never", "不定时,只在收到变更通知或手动时"),
)  # fmt: skip
WEEKDAYS = tuple((str(day % 7), f"星期{name}") for day, name in enumerate("一二三四五六日", 1))
Crontab = dict[str, str]


class ConnectorForm(forms.Form):
    """What comes over which way. Both are chosen once."""

    dataset = forms.ModelChoiceField(
        label="回流数据集", queryset=Dataset.objects.none(), empty_label="请选择", help_text="一个数据集只有一个来源。"
    )
    channel = forms.ModelChoiceField(label="接入通道", queryset=Channel.objects.none(), empty_label="请选择")

    def __init__(self, data: Any = None, *, datasets: Any, channels: Any) -> None:
        super().__init__(data)
        self.fields["dataset"].queryset = datasets  # type: ignore[attr-defined]
        self.fields["channel"].queryset = channels  # type: ignore[attr-defined]


class FieldsForm(forms.Form):
    """Which item each field of the source is; what was proposed is chosen already."""

    key_field = forms.ChoiceField(label="编号字段", required=False, help_text="对方用来区分每一条的编号。")
    updated_field = forms.ChoiceField(
        label="更新时间字段", required=False, help_text="选了就只读有变化的;不选则每次全部读取。"
    )
    deletes = forms.ChoiceField(label="对方删除了数据时", choices=Connector.Deletes)
    gone_field = forms.ChoiceField(label="删除标记字段", required=False)
    gone_value = forms.CharField(
        label="表示已删除的值", max_length=50, required=False, help_text="如 1、true 或 已注销。"
    )

    def __init__(self, data: Any = None, *, connector: Connector, items: Sequence[DataItem]) -> None:
        self.samples: list[Mapping[str, Any]] = connector.open_sample().get("fields", [])
        super().__init__(data, initial=_initial(connector, self.samples))
        options = [("", "不读取"), *((item.code, item.name) for item in items)]
        names = [("", "没有")] + [(one["name"], one["name"]) for one in self.samples]
        for name in ("key_field", "updated_field", "gone_field"):
            self.fields[name].choices = names  # type: ignore[attr-defined]
        for at, one in enumerate(self.samples):
            self.fields[f"item-{at}"] = forms.ChoiceField(label=one["name"], choices=options, required=False)

    @property
    def lines(self) -> list[tuple[Mapping[str, Any], Any]]:
        """Each field of the source with its choice."""
        return [(one, self[f"item-{at}"]) for at, one in enumerate(self.samples)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen: dict[str, str] = {}
        for at, one in enumerate(self.samples):
            code = cleaned.get(f"item-{at}")
            if code and chosen.setdefault(code, one["name"]) != one["name"]:
                self.add_error(f"item-{at}", f"这个数据项已经选给了“{chosen[code]}”。")
        return cleaned

    def chosen(self) -> Fields:
        data = self.cleaned_data
        mapping = {data[f"item-{at}"]: one["name"] for at, one in enumerate(self.samples) if data[f"item-{at}"]}
        rest = ("key_field", "updated_field", "deletes", "gone_field", "gone_value")
        return Fields(mapping, **{name: data[name] for name in rest})


class ScheduleForm(forms.ModelForm[Connector]):
    every = forms.ChoiceField(label="多久一次", choices=EVERY)
    at = forms.TimeField(
        label="几点",
        required=False,
        help_text="每天、每周时填写,如 06:30。",
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    weekday = forms.ChoiceField(label="星期几", choices=WEEKDAYS, required=False, help_text="每周时选择。")

    class Meta:
        model = Connector
        fields = ("page_size", "most_rows", "most_gone", "overlap_minutes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(read_crontab(self.instance))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("every") in ("day", "week") and cleaned.get("at") is None and "at" not in self.errors:
            self.add_error("at", "请填写几点。")
        return cleaned

    def crontab(self) -> Crontab | None:
        """Fields of django-celery-beat's CrontabSchedule."""
        data = self.cleaned_data
        every, at = data["every"], data.get("at")
        if every == "never":
            return None
        made = {"minute": "0", "hour": "*", "day_of_week": "*", "day_of_month": "*", "month_of_year": "*"}
        made |= {"minute": MINUTES[every]} if every in MINUTES else {}
        made |= {"hour": HOURS[every]} if every in HOURS else {}
        if at is not None and every in ("day", "week"):
            made |= {"minute": str(at.minute), "hour": str(at.hour)}
            made |= {"day_of_week": data["weekday"] or "1"} if every == "week" else {}
        return made | {"timezone": settings.TIME_ZONE}

    def limits(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class DeskForm(forms.Form):
    """What the desk does with ticked rows. Which step is told by the button."""

    step = forms.ChoiceField(choices=(("retry", "重新读取"), ("drop", "不采用")), widget=forms.HiddenInput)
    rows = forms.TypedMultipleChoiceField(coerce=int, error_messages={"required": "请先勾选要处理的数据。"})
    note = forms.CharField(label="不采用的原因", max_length=200, required=False)

    def __init__(self, data: Any = None, *, known: Sequence[int] = ()) -> None:
        super().__init__(data)
        self.fields["rows"].choices = [(pk, str(pk)) for pk in known]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("step") == "drop" and len(cleaned.get("note", "").strip()) < 4:
            self.add_error("note", "请写明为什么不采用,至少 4 个字。")
        return cleaned


def kind_for(channel: Channel) -> type[SourceKind]:
    """What reads through a channel of its kind."""
    return next(kind for kind in every_kind().values() if channel.kind in kind.channels)


def read_crontab(connector: Connector) -> dict[str, Any]:
    """A schedule as the form tells it."""
    schedule = connector.schedule
    if schedule is None:
        return {"every": "never"} if connector.mapping and connector.is_on else {"every": "day", "at": "05:00"}
    for every, minute in MINUTES.items():
        if schedule.minute == minute:
            return {"every": every}
    for every, hour in HOURS.items():
        if schedule.hour == hour:
            return {"every": every}
    at = f"{int(schedule.hour):02d}:{int(schedule.minute):02d}"
    return {"every": "day", "at": at} if schedule.day_of_week == "*" else {
        "every": "week", "at": at, "weekday": schedule.day_of_week
    }  # fmt: skip


def schedule_in_words(connector: Connector) -> str:
    if connector.schedule is None:
        return "不定时"
    told = read_crontab(connector)
    words = [dict(EVERY)[told["every"]].replace("每周", "每"), dict(WEEKDAYS).get(told.get("weekday", ""), "")]
    return "".join([words[0] if told["every"] != "week" else "每" + words[1], " " + told["at"] if "at" in told else ""])


def _initial(connector: Connector, samples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """As it is mapped; a new connector begins with what is proposed."""
    by_field = {field: code for code, field in connector.mapping.items()}
    given = {"key_field": connector.key_field, "updated_field": connector.updated_field, "deletes": connector.deletes}
    given |= {"gone_field": connector.gone_field, "gone_value": connector.gone_value}
    for at, one in enumerate(samples):
        given[f"item-{at}"] = by_field.get(one["name"], "") if connector.mapping else one["item"]
    return given
