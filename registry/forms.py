"""Shapes of input. Which items a form asks comes from the catalogue; what they accept from `registry.rules`."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from accounts.actors import Actor
from accounts.codes import Level, ancestor
from accounts.models import Area
from registry.catalogue import Catalogue, get_catalogue, is_stored
from registry.layouts import AREA_DRIVEN, group_items
from registry.marks import Wanted
from registry.masking import is_masked, show
from registry.models import DataItem, Entity, ItemType
from registry.rules import ItemSpec, ValueRefused, parse_value
from registry.services.people import Leaving
from registry.showing import text_of, value_of

REQUIRED = {
    Entity.PERSON: ("person.name",),
    Entity.HOUSEHOLD: ("household.number",),
    Entity.DWELLING: ("dwelling.address",),
    Entity.ORGANIZATION: ("organization.name",),
}
ELSEWHERE = "0"
YES_NO = [("true", "是"), ("false", "否")]
INPUTS: dict[str, dict[str, str]] = {
    ItemType.PHONE: {"inputmode": "tel"},
    ItemType.INTEGER: {"inputmode": "numeric"},
    ItemType.DECIMAL: {"inputmode": "decimal"},
    ItemType.ID_NUMBER: {"maxlength": "18"},
}


def day_input() -> forms.DateInput:
    """A day; browsers take it in ISO 8601 only, whatever the language of the page."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def item_widget(item: DataItem, catalogue: Catalogue, *, empty: str = "") -> forms.Widget:
    """How a value of the item is put in: a choice where it has a code list, a day, a text. empty: label of none."""
    labels = catalogue.labels(item.code)
    if item.type == ItemType.BOOLEAN:
        return forms.Select(choices=[("", empty), *YES_NO])
    if labels:
        return forms.Select(choices=[("", empty), *labels.items()])
    if item.type == ItemType.DATE and item.format != "YYYY-MM":
        return day_input()
    if item.key == "remark":
        return forms.Textarea(attrs={"rows": 2})
    return forms.TextInput(attrs={"autocomplete": "off", **INPUTS.get(item.type, {})})


class SubjectForm(forms.Form):
    """Add or edit one subject. `values`: canonical values of the items that changed; None clears one.

    An item that the reader may not see unmasked comes empty: left empty it stays as it is, filled in it is replaced.
    known: of somebody new, item code -> canonical value that another source knows; see `registry.prefills`.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    origin = ""
    """Who says what came filled in, for people to read."""

    def __init__(
        self,
        data: Any = None,
        *,
        entity: str,
        actor: Actor,
        subject: Any = None,
        known: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data)
        self.entity, self.actor, self.subject, self.known = entity, actor.at_standing(), subject, known or {}
        self.catalogue = get_catalogue()
        self.groups_of_items = group_items(entity, _asked(self.catalogue.of_entity(entity)))
        for _, items in self.groups_of_items:
            for item in items:
                self.fields[item.code] = self._field(item)
        if subject is not None:
            self.fields["version"].initial = subject.version

    def ask_area(self, places: Iterable[Area]) -> None:
        """Ask where it is. A subject that lies outside those places keeps its own."""
        choices = [(str(area.code), _indented(area)) for area in places]
        if self.subject is None or str(self.subject.area_code) in dict(choices):
            current = str(self.subject.area_code) if self.subject else ""
            self.fields["area_code"] = forms.ChoiceField(label="所在网格", choices=choices, initial=current)

    def ask_register(self, communities: Iterable[Area]) -> None:
        """Ask where a person is registered (户籍)."""
        choices = [(str(area.code), area.name) for area in communities]
        own = str(ancestor(self.actor.area_code, Level.COMMUNITY))
        current = own
        if self.subject is not None:
            current = str(ancestor(self.subject.registered_area_code, Level.COMMUNITY))
        if current != ELSEWHERE and current not in dict(choices):
            choices.append((current, "其他村居(不变)"))
        choices.append((ELSEWHERE, "本镇以外"))
        self.fields["registered_area_code"] = forms.ChoiceField(label="户籍所在村居", choices=choices, initial=current)

    @property
    def groups(self) -> list[tuple[str, list[BoundField]]]:
        return [(title, [self[item.code] for item in items]) for title, items in self.groups_of_items]

    @property
    def places(self) -> list[BoundField]:
        return [self[name] for name in ("area_code", "registered_area_code") if name in self.fields]

    @property
    def is_stale(self) -> bool:
        """Someone saved the subject after this form was opened."""
        return self.subject is not None and self.cleaned_data.get("version") != self.subject.version

    @property
    def collisions(self) -> list[tuple[str, str, str]]:
        """For a stale form: item name, value registered now, value filled in here; masked like everywhere."""
        return [
            (item.name, text_of(self.subject, item, self.actor, self.catalogue), str(self.data.get(item.code, "")))
            for _, items in self.groups_of_items
            for item in items
            if item.code in self.values
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.values: dict[str, Any] = {}
        for _, items in self.groups_of_items:
            for item in items:
                self._read(item)
        return cleaned

    def area(self, name: str) -> int | None:
        given = self.cleaned_data.get(name)
        return int(given) if given not in (None, "") else None

    def _read(self, item: DataItem) -> None:
        raw = self.data.get(item.code, "")
        try:
            value = parse_value(ItemSpec.of(item), raw, self.catalogue.spellings(item.code) or None)
        except ValueRefused as refusal:
            self.add_error(item.code, refusal.message)
            return
        if value is None and self._keeps_masked(item):
            if item.code in self.known:
                self.values[item.code] = self.known[item.code]
            return
        if _plain(value) != _plain(value_of(self.subject, item) if self.subject is not None else None):
            self.values[item.code] = value

    def _keeps_masked(self, item: DataItem) -> bool:
        return (self.subject is not None or item.code in self.known) and is_masked(item, self.actor.clearance)

    def _field(self, item: DataItem) -> forms.Field:
        known = self._known_text(item)
        hidden = bool(known) and is_masked(item, self.actor.clearance)
        initial = "" if hidden else _plain(self._known_value(item))
        required = item.code in REQUIRED[Entity(self.entity)] and not hidden
        words = "已登记 {};不更正请留空。" if self.subject is not None else "部门数据 {};留空则照此登记。"
        help_text = words.format(known) if hidden else ""
        return forms.CharField(
            label=item.name,
            required=required,
            initial=initial,
            help_text=help_text,
            widget=item_widget(item, self.catalogue, empty="(不更正)" if hidden else ""),
        )

    def _known_text(self, item: DataItem) -> str:
        if self.subject is not None:
            return text_of(self.subject, item, self.actor, self.catalogue)
        return show(item, self.known.get(item.code), self.actor.clearance, self.catalogue)

    def _known_value(self, item: DataItem) -> Any:
        return value_of(self.subject, item) if self.subject is not None else self.known.get(item.code)


TAG_FILTERS = (("tag", "有标签"), ("any", "有标签之一"), ("without", "没有标签"))


class ListForm(forms.Form):
    """Filters that all lists share. area: one level below the post's own. tags: code -> name of `registry.marks`."""

    closed = forms.BooleanField(label="只看已注销", required=False)

    def __init__(self, data: Any, *, areas: Iterable[Area] = (), tags: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        for name, label in TAG_FILTERS if tags else ():
            choices = list((tags or {}).items())
            self.fields[name] = forms.MultipleChoiceField(label=label, required=False, choices=choices)
        self.areas = {str(area.code): area for area in areas}
        choices = [("", "全部"), *((code, area.name) for code, area in self.areas.items())]
        self.fields["area"] = forms.ChoiceField(label="所在区域", choices=choices, required=False)

    def read(self, name: str) -> Any:
        """The value of a filter; None where it is empty or wrong: a wrong filter filters nothing."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

    @property
    def tags(self) -> Wanted:
        """What was asked of tags."""
        return Wanted(*(tuple(self.read(name) or ()) for name, _ in TAG_FILTERS))

    @property
    def tag_fields(self) -> list[tuple[str, str, list[tuple[str, str]], list[str]]]:
        """(field name, label, choices, chosen codes) of each filter by tags; none where there are no tags."""
        shown = [(name, label) for name, label in TAG_FILTERS if name in self.fields]
        return [(name, label, self.fields[name].choices, self.read(name) or []) for name, label in shown]  # type: ignore[attr-defined]

    def chips(self) -> list[tuple[str, str, str]]:
        """(field name, label, value as people read it) of every filter in force."""
        self.is_valid()
        return [
            (name, str(field.label), _spoken(field, value))
            for name, field in self.fields.items()
            if (value := self.cleaned_data.get(name)) not in (None, "", False, [])
        ]


class PeopleForm(ListForm):
    living = forms.ChoiceField(
        label="人口",
        required=False,
        choices=[
            ("", "常住或户籍"),
            ("resident", "常住(住在这里)"),
            ("registered", "户籍(户口在这里)"),
            ("separated", "人户分离"),
        ],
    )
    sex = forms.ChoiceField(label="性别", required=False, choices=[("", "全部"), ("1", "男"), ("2", "女")])
    age_from = forms.IntegerField(label="年龄不小于", required=False, min_value=0, max_value=150)
    age_to = forms.IntegerField(label="年龄不超过", required=False, min_value=0, max_value=150)

    def __init__(
        self,
        data: Any,
        *,
        areas: Iterable[Area] = (),
        marks: Iterable[DataItem] = (),
        tags: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, areas=areas, tags=tags)
        self.fields["marks"] = forms.MultipleChoiceField(
            label="情况",
            required=False,
            choices=[(item.code, item.name.removeprefix("是否")) for item in marks],
            widget=forms.CheckboxSelectMultiple,
        )


class PlaceForm(ListForm):
    """Households, dwellings, organizations. kinds: codes of the item that says what kind it is."""

    q = forms.CharField(label="查找", required=False, max_length=60)

    def __init__(
        self,
        data: Any,
        *,
        areas: Iterable[Area],
        kind: str,
        kinds: Mapping[str, str],
        rented: bool,
        by: str,
        tags: Mapping[str, str],
    ) -> None:
        super().__init__(data, areas=areas, tags=tags)
        self.fields["q"].widget.attrs["placeholder"] = by
        choices = [("", "全部"), *kinds.items()]
        self.fields["kind"] = forms.ChoiceField(label=kind, choices=choices, required=False)
        if rented:
            self.fields["rented"] = forms.BooleanField(label="只看出租", required=False)


class SearchForm(forms.Form):
    q = forms.CharField(
        label="查找居民",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "姓名、拼音首字母、证件号、电话、地址"}),
    )


class LeavingForm(forms.Form):
    reason = forms.ChoiceField(label="原因", choices=Leaving)
    on = forms.DateField(label="日期", widget=day_input())


class ClosingForm(forms.Form):
    """Why a household, dwelling or organization leaves the registry."""

    reason = forms.CharField(label="原因", max_length=50)
    on = forms.DateField(label="日期", widget=day_input())


class MemberForm(forms.Form):
    """A step with one person of a household or dwelling."""

    step = forms.ChoiceField(choices=[("add", "加入"), ("remove", "移出"), ("head", "设为户主")])
    person = forms.IntegerField(min_value=1)

    def __init__(self, data: Any, *, relations: Mapping[str, str]) -> None:
        super().__init__(data)
        choices = [("", "与户主关系"), *relations.items()]
        self.fields["relation"] = forms.ChoiceField(label="与户主关系", choices=choices, required=False)


def _asked(items: Iterable[DataItem]) -> list[DataItem]:
    return [item for item in items if is_stored(item) and item.code not in AREA_DRIVEN]


def _indented(area: Area) -> str:
    return ("　" if area.level == Level.MICROGRID else "") + area.name


def _plain(value: Any) -> str:
    """Canonical value as the text that a field holds."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def _spoken(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.MultipleChoiceField):
        names = dict(field.choices)  # type: ignore[arg-type]
        return "、".join(str(names.get(part, part)) for part in value)
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    return "是" if value is True else str(value)
