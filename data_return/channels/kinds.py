"""Kinds of channels (通道类型): what a person fills in for each, and how it is opened."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from django import forms

Opened = TypeVar("Opened")
MEGABYTE = 2**20


@dataclass(frozen=True)
class Terms:
    """home: name of the department's own part of what several share, such as a folder. most_bytes: of one answer or
    file. turn: called before each request, file or query; waits until it may go out."""

    home: str = ""
    most_bytes: int = 20 * MEGABYTE
    turn: Callable[[], None] = field(default=lambda: None)


class AddressForm(forms.Form):
    """What a person fills in. secrets: names of the fields that are sealed and never shown again.

    known: names of secrets that are kept already; such a field may stay empty, which keeps it.
    """

    secrets: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, known: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        for name in known & set(self.secrets):
            self.fields[name].required = False
            self.fields[name].help_text = "已保存,不再显示。留空表示不变。"

    def need(self, *names: str) -> None:
        """Further fields that must be filled, given what was chosen in others."""
        for name in names:
            if not self.cleaned_data.get(name) and name not in self.known and name not in self.errors:
                self.add_error(name, "请填写这一项。")


class ChannelKind(ABC, Generic[Opened]):
    """code: as it is stored. form: its cleaned data, without the secrets, is the address."""

    code: ClassVar[str]
    label: ClassVar[str]
    form: ClassVar[type[AddressForm]]

    @abstractmethod
    def open(self, address: Mapping[str, Any], secrets: Mapping[str, str], terms: Terms) -> Opened:
        """Ready to be used as a context manager; connects when it is. Raises SourceFailed."""

    def greet(self, opened: Opened) -> None:
        """Ask for the least that shows that the login holds, where connecting does not show it. Raises SourceFailed."""

    @abstractmethod
    def target(self, address: Mapping[str, Any]) -> tuple[Any, ...]:
        """To whom the secrets are told: another one must not be told them."""

    @abstractmethod
    def summary(self, address: Mapping[str, Any]) -> str:
        """Where it leads, in a few words and without a secret."""


def secret_field(label: str, help_text: str = "") -> forms.CharField:
    """One line that is typed unseen and never sent back."""
    widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, max_length=500, required=False, widget=widget, help_text=help_text)
