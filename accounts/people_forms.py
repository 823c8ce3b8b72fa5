"""Forms of the pages about people and posts. What they offer is already inside the manager's area."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from accounts.actors import Actor
from accounts.codes import Level
from accounts.delegation import managed_roles
from accounts.models import Area, Department, GridKind, Post
from accounts.places import community_names, group_by_community, list_departments, list_places, list_towns, needs_town
from accounts.roles import Role
from accounts.services.granting import PostTerms

USERNAME = r"^[a-z0-9][a-z0-9._-]{2,49}$"
USERNAME_RULE = "用户名用小写字母、数字、点和横线,3 到 50 个字符。"
OF_DEPARTMENTS = (Role.DEPARTMENT_STAFF, Role.DATA_OFFICER)


def _day(label: str, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, help_text=help_text)


class NameForm(forms.Form):
    full_name = forms.CharField(label="姓名", max_length=50, error_messages={"required": "请填写姓名。"})


class AccountForm(NameForm):
    username = forms.CharField(
        label="用户名",
        max_length=50,
        help_text=USERNAME_RULE,
        validators=[RegexValidator(USERNAME, USERNAME_RULE)],
        error_messages={"required": "请填写用户名。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )


class PlaceForm(forms.Form):
    """First step of a post: the role, and the town where its places are too many to list."""

    role = forms.ChoiceField(label="角色", error_messages={"required": "请选择角色。"})
    town = forms.ModelChoiceField(Area.objects.none(), label="镇街", required=False, empty_label="请选择")

    def __init__(self, data: Any, *, actor: Actor) -> None:
        super().__init__(data)
        self.actor = actor
        mine = managed_roles(actor)
        offered = [(role.value, role.label) for role in Role if role in mine]
        self.fields["role"].choices = [("", "请选择"), *offered]  # type: ignore[attr-defined]
        self.fields["town"].queryset = list_towns(actor)  # type: ignore[attr-defined]
        if actor.area_level != Level.DISTRICT:
            del self.fields["town"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        role, town = given.get("role"), given.get("town")
        if role and town is None and needs_town(self.actor, Role(role)):
            self.add_error("town", "请选择镇街。")
        return given

    @property
    def chosen_role(self) -> Role:
        return Role(self.cleaned_data["role"])

    @property
    def chosen_town(self) -> Area | None:
        """Of the roles below a town only."""
        town: Area | None = self.cleaned_data.get("town")
        return town if needs_town(self.actor, self.chosen_role) else None


class AreaField(forms.ModelChoiceField):  # type: ignore[type-arg]  # cannot be subscripted when run
    """Places of a role, grids under the name of their community."""

    def offer(self, actor: Actor, role: Role, town: Area | None) -> None:
        places = list_places(actor, role, town)
        self.queryset = places
        groups = group_by_community(list(places), community_names(actor, town))
        choices: list[Any] = [("", "请选择")]
        for title, options in groups:
            choices += [(title, options)] if title else options
        self.choices = choices


class PostForm(forms.Form):
    """Second step: where, in which department, as what, from when until when."""

    area = AreaField(Area.objects.none(), label="区划", error_messages={"required": "请选择区划。"})
    department = forms.ModelChoiceField(Department.objects.none(), label="部门", required=False, empty_label="请选择")
    kind = forms.ChoiceField(label="队员类别", choices=[("", "不分类别"), *GridKind.choices], required=False)
    valid_from = _day("起始日期", "不填:从现在起。")
    valid_until = _day("截止日期", "不填:长期。到期后自动失效。")

    def __init__(self, data: Any, *, actor: Actor, role: Role, town: Area | None) -> None:
        super().__init__(data)
        self.role = role
        self.fields["area"].offer(actor, role, town)  # type: ignore[attr-defined]
        self.fields["department"].queryset = list_departments(actor)  # type: ignore[attr-defined]
        self.fields["department"].required = role == Role.DEPARTMENT_STAFF
        if role not in OF_DEPARTMENTS:
            del self.fields["department"]
        if role != Role.GRID_WORKER:
            del self.fields["kind"]

    def terms(self) -> PostTerms:
        given = {name: value for name, value in self.cleaned_data.items() if name in PostTerms.__dataclass_fields__}
        return PostTerms(role=self.role, **given)


class PersonForm(AccountForm, PostForm):
    """An account with its first post."""

    field_order = ("full_name", "username", "area", "department", "kind", "valid_from", "valid_until")

    def account(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("full_name", "username")}


class ValidityForm(forms.Form):
    kind = forms.ChoiceField(label="队员类别", choices=[("", "不分类别"), *GridKind.choices], required=False)
    valid_from = _day("起始日期", "不填:从开始就有效。")
    valid_until = _day("截止日期", "不填:长期。到期后自动失效。")

    def __init__(self, data: Any, *, post: Post) -> None:
        days: dict[str, date | None] = {"valid_from": post.valid_from, "valid_until": post.valid_until}
        super().__init__(data, initial={"kind": post.kind, **days})
        if post.role != Role.GRID_WORKER:
            del self.fields["kind"]


class MoveForm(forms.Form):
    area = AreaField(Area.objects.none(), label="调到", error_messages={"required": "请选择区划。"})

    def __init__(self, data: Any, *, actor: Actor, role: Role, town: Area | None) -> None:
        super().__init__(data)
        self.fields["area"].offer(actor, role, town)  # type: ignore[attr-defined]


class SuccessorForm(forms.Form):
    successor = forms.TypedChoiceField(
        label="交给",
        coerce=int,
        error_messages={"required": "请选择接手的同事。", "invalid_choice": "请从列表里选择。"},
    )
    end = forms.BooleanField(label="交接后结束这个岗位", required=False)

    def __init__(self, data: Any, *, successors: list[Post]) -> None:
        super().__init__(data)
        offered = [(post.pk, f"{post.user.full_name} · {post.title}") for post in successors]
        self.fields["successor"].choices = [("", "请选择"), *offered]  # type: ignore[attr-defined]
