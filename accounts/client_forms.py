"""Input of the pages about machines (API 客户端)."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.api_scopes import MACHINE_ROLES, ApiScope
from accounts.client_reading import list_bindable_communities, list_bindable_departments
from accounts.models import Area
from accounts.networks import BadNetwork, read_networks
from accounts.roles import Role
from accounts.services.clients import LONGEST, NewClient


class NewClientForm(forms.Form):
    """What a machine may do, for whom, from where and how long."""

    name = forms.CharField(label="系统名称", max_length=50, help_text="例如“高龄津贴发放系统”。")
    role = forms.ChoiceField(
        label="以什么岗位工作", choices=[(role.value, role.label) for role in MACHINE_ROLES], widget=forms.RadioSelect
    )
    department: Any = forms.ModelChoiceField(
        label="部门", queryset=None, required=False, empty_label="不选", help_text="部门工作人员岗位要选。"
    )
    community: Any = forms.ModelChoiceField(
        label="村居", queryset=None, required=False, empty_label="不选", help_text="社区工作者岗位要选。"
    )
    scopes = forms.MultipleChoiceField(
        label="接口范围", choices=ApiScope.choices, widget=forms.CheckboxSelectMultiple, help_text="只选用得上的。"
    )
    addresses = forms.CharField(
        label="来源地址",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="系统服务器的 IP 或网段,一行一个,例如 10.1.2.3 或 10.1.2.0/24。",
    )
    valid_until = forms.DateField(label="有效期至", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, actor: Actor, data: Any = None) -> None:
        initial = {"role": Role.DEPARTMENT_STAFF.value, "valid_until": (localdate() + LONGEST).isoformat()}
        super().__init__(data, initial=initial)
        self.fields["department"].queryset = list_bindable_departments(actor=actor)  # type: ignore[attr-defined]
        self.fields["community"].queryset = list_bindable_communities(actor=actor)  # type: ignore[attr-defined]
        last = localdate() + LONGEST
        self.fields["valid_until"].help_text = f"最长一年,不晚于 {last:%Y-%m-%d}。"
        self.fields["valid_until"].widget.attrs |= {"min": f"{localdate() + timedelta(days=1)}", "max": f"{last}"}

    def clean_addresses(self) -> list[str]:
        try:
            return read_networks(self.cleaned_data["addresses"])
        except BadNetwork as wrong:
            raise forms.ValidationError(str(wrong)) from wrong

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        role = found.get("role")
        needed = "department" if role == Role.DEPARTMENT_STAFF else "community"
        other = {"department": "community", "community": "department"}[needed]
        if role and not found.get(needed):
            self.add_error(needed, "这个岗位要选一项。")
        if role and found.get(other):
            self.add_error(other, "这个岗位不选这一项。")
        return found

    def to_wish(self) -> NewClient:
        """After is_valid()."""
        found = self.cleaned_data
        department = found["department"]
        area: Area = department.area if department else found["community"]
        return NewClient(
            name=found["name"],
            role=Role(found["role"]),
            area=area,
            scopes=found["scopes"],
            addresses=found["addresses"],
            valid_until=found["valid_until"],
            department=department,
        )
