"""Input of the pages of the one login: how a system lets people in, who is called what there."""

from typing import Any

from django import forms

from portal.models import Entrance
from portal.services.sign_on.entrances import Wanted

Kind = Entrance.Kind
LINES = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})
MOST_ADDRESSES = 20
FIELDS: dict[Entrance.Kind, tuple[str, ...]] = {
    Kind.OIDC: ("home_url", "redirect_uris", "post_logout_uris", "logout_url"),
    Kind.CAS: ("home_url", "services"),
    Kind.LINK: ("home_url",),
}


class LinesField(forms.CharField):
    """Addresses, one a line; a list."""

    widget = LINES

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (value or "").splitlines() if line.strip()][:MOST_ADDRESSES]

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(value)


class EntranceForm(forms.Form):
    """The fields of one kind. seen: version of the entrance that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    home_url = forms.CharField(
        label="系统首页地址",
        max_length=500,
        help_text="村居点“进入”后到达的页面,完整地址,如 https://care.example.cn/home。",
    )
    redirect_uris = LinesField(label="回调地址", help_text="每行一个。登录后只回到这里写的地址,逐字比较。")
    post_logout_uris = LinesField(label="退出后返回的地址", required=False, help_text="每行一个,可以不填。")
    logout_url = forms.CharField(
        label="退出通知地址",
        required=False,
        max_length=500,
        help_text="接收后台退出通知(Back-Channel Logout)。填了以后,村居在本平台退出,系统也随之退出。",
    )
    services = LinesField(label="服务地址(service)", help_text="每行一个,逐字比较。退出通知也发到这个地址。")

    def __init__(self, kind: Entrance.Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name in set(self.fields) - {"seen", *FIELDS[kind]}:
            del self.fields[name]

    def to_wish(self) -> Wanted:
        given = {name: self.cleaned_data[name] for name in FIELDS[self.kind]}
        return Wanted(kind=self.kind, **given)


class AccountsForm(forms.Form):
    lines = forms.CharField(
        label="登录名和账号",
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="从 Excel 复制两列粘贴:左边是本平台的登录名,右边是他在系统里的账号。一行一个人,已有的会更新。",
    )


def initial_of(entrance: Entrance | None) -> dict[str, Any]:
    """What the form shows first."""
    if entrance is None:
        return {"seen": 0}
    client = entrance.client
    return {
        "seen": entrance.version,
        "home_url": entrance.home_url,
        "services": entrance.services,
        "logout_url": entrance.logout_url,
        "redirect_uris": client.redirect_uris.split() if client else [],
        "post_logout_uris": client.post_logout_redirect_uris.split() if client else [],
    }
