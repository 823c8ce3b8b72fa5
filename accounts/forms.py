"""Forms of the doors, and how a refusal of a service lands on the form that caused it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm

from accounts.directory import PersonState
from accounts.errors import DomainError, NotAllowed, NotFound
from accounts.guesses import NO_BROWSER, give_back, let_through
from accounts.hashing import HashingBusy
from accounts.limits import TooMany
from accounts.login_gate import take_back_guess
from accounts.models import GridKind, User
from accounts.origin import present_origin
from accounts.roles import Role


@contextmanager
def refusals_on(form: forms.BaseForm, *, past: tuple[type[DomainError], ...] = ()) -> Iterator[None]:
    """Show a DomainError on the field it names, else above the form. What no correction helps goes on as it is.

    past: what else goes on, such as a Conflict where it means that the whole page is out of date.
    """
    try:
        yield
    except (NotFound, NotAllowed, TooMany):
        raise
    except DomainError as refusal:
        if isinstance(refusal, past):
            raise
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


class LoginForm(AuthenticationForm):
    """One answer for an unknown user, a wrong password and a closed account."""

    error_messages = {
        "invalid_login": "用户名或密码不对,请核对后重新输入(区分大小写)。",
        "inactive": "用户名或密码不对,请核对后重新输入(区分大小写)。",
    }

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except HashingBusy:
            take_back_guess(self.request)
            raise


class CodeForm(forms.Form):
    """A code of the authenticator app or a recovery code."""

    code = forms.CharField(
        label="验证码",
        max_length=20,
        error_messages={"required": "请填写验证码。"},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "class": "code-input"}),
    )


class FirstCodeForm(CodeForm):
    """The first code, and the own password: a session found open must not bind the finder's phone."""

    password = forms.CharField(
        label="登录密码",
        max_length=256,
        strip=False,
        error_messages={"required": "请填写登录密码。"},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["password", "code"]

    def __init__(self, user: User, data: Any = None, *, browser: bytes = NO_BROWSER) -> None:
        super().__init__(data)
        self.user, self.browser = user, browser

    def clean_password(self) -> None:
        with _one_guess(self.user, self.browser):
            if not self.user.check_password(self.cleaned_data["password"]):
                raise forms.ValidationError("密码不对,请重新输入。", code="wrong")


@contextmanager
def _one_guess(user: User, browser: bytes) -> Iterator[None]:
    """Counts the own password, asked for again, like one at the login; what was right counts for nothing."""
    guess = let_through(username=user.username, address=present_origin().address, browser=browser)
    if guess is None:
        raise forms.ValidationError("密码输错次数较多,请 15 分钟后再试。", code="too_many")
    yield
    give_back(guess)


class PasswordForm(PasswordChangeForm):
    """The old password is asked for again, and guessed at no more often than at the login."""

    field_order = ["old_password", "new_password1", "new_password2"]

    def __init__(self, *args: Any, browser: bytes = NO_BROWSER, **kwargs: Any) -> None:
        """browser: as `accounts.guesses` counts it."""
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = ""  # the page lists the rules itself
        self.browser = browser

    def clean_old_password(self) -> str:
        with _one_guess(self.user, self.browser):
            typed: str = super().clean_old_password()
        return typed

    def validate_password_for_user(self, user: User, password_field_name: str = "password2") -> None:  # noqa: S107
        """Only after the old one was right: "used before" would tell a stranger at an open session what it is."""
        if "old_password" in self.cleaned_data:
            super().validate_password_for_user(user, password_field_name)


class FirstPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # cannot be subscripted when run
    """The own password, and the code of the second manager where the account waits for it."""

    code = forms.CharField(
        label="放行码",
        max_length=20,
        help_text="由另一位管理员当面交给您,12 位,不分大小写。",
        error_messages={"required": "请填写放行码。还没有的,请联系另一位管理员。"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["code", "new_password1", "new_password2"]

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(user, data)
        self.fields["new_password1"].help_text = ""  # the page lists the rules itself
        if not user.needs_release:
            del self.fields["code"]


class PeopleFilterForm(forms.Form):
    """Filters of the people page."""

    text = forms.CharField(label="姓名、用户名或单位", max_length=50, required=False)
    role = forms.ChoiceField(label="角色", choices=[("", "全部"), *Role.choices], required=False)
    kind = forms.ChoiceField(label="队员类别", choices=[("", "全部"), *GridKind.choices], required=False)
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *PersonState.choices], required=False)
