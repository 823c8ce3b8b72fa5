"""Forms of the auditor's pages."""

from datetime import timedelta
from typing import Any

from django import forms
from django.apps import apps
from django.utils.timezone import localdate

from accounts.audit import Subjects
from accounts.audit_reading import AuditFilter
from portal.audit_words import object_name
from portal.templatetags.audit_words import ACTIONS, RESULTS

KINDS = ("registry", "forms_engine", "accounts", "tagging", "data_return")
MOST_IDS = 50
LONGEST_ID = 10


class DayInput(forms.DateInput):
    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"type": "date"})


class AuditFilterForm(forms.Form):
    """Filters of the audit page. A field that cannot be read says so and filters nothing."""

    since = forms.DateField(label="从", required=False, widget=DayInput)
    until = forms.DateField(label="到", required=False, widget=DayInput)
    action = forms.ChoiceField(label="动作", required=False)
    result = forms.ChoiceField(label="结果", required=False, choices=[("", "全部"), *RESULTS.items()])
    user = forms.CharField(label="用户名", max_length=50, required=False)
    kind = forms.ChoiceField(label="对象", required=False)
    number = forms.RegexField(r"^\d{1,10}$", label="对象编号", required=False)
    address = forms.CharField(label="来源地址", max_length=45, required=False)
    about = forms.RegexField(r"^\d{1,10}(,\d{1,10}){0,49}$", label="看过居民", required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["action"].choices = [("", "全部"), *ACTIONS.items()]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", "全部"), *_kinds()]  # type: ignore[attr-defined]
        self.is_valid()

    def wanted(self) -> AuditFilter:
        read = self.cleaned_data.get
        return AuditFilter(
            since=read("since"),
            until=read("until"),
            action=read("action") or "",
            result=read("result") or "",
            user=read("user") or "",
            obj=f"{read('kind')}:{read('number') or ''}" if read("kind") else "",
            address=read("address") or "",
            subjects=_residents(read("about") or ""),
        )

    @property
    def in_force(self) -> list[str]:
        """Names of the filters that say something, for the audit line."""
        return sorted(name for name, value in self.cleaned_data.items() if value)


class ResidentForm(forms.Form):
    """Whom to ask about: an identity number, which is sent in the body and kept nowhere, or a record id."""

    resident = forms.CharField(
        label="居民的身份证号或档案编号",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
        error_messages={"required": "请填写身份证号或档案编号。"},
    )

    @property
    def record_id(self) -> int | None:
        """The id, where an id was typed; an identity number is longer."""
        typed = self.cleaned_data["resident"].strip()
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_ID else None


class PeriodForm(forms.Form):
    """The days of an export, both included."""

    since = forms.DateField(label="从", widget=DayInput)
    until = forms.DateField(label="到", widget=DayInput)

    def __init__(self, data: Any) -> None:
        yesterday = localdate() - timedelta(days=1)
        super().__init__(data, initial={"since": yesterday, "until": yesterday})


def _residents(ids: str) -> Subjects | None:
    return ("registry.person", [int(pk) for pk in ids.split(",")]) if ids else None


def _kinds() -> list[tuple[str, str]]:
    models = [model._meta.label_lower for model in apps.get_models() if model._meta.app_label in KINDS]
    named = [(label, object_name(label)) for label in models]
    return sorted((label, name) for label, name in named if not name.isascii())
