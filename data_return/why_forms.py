"""What is typed to ask why a post reads something about a subject: what it is, and its number or address."""

from typing import Any

from django import forms

from data_return.models.datasets import NAMED_BY, SUBJECT_CHOICES
from registry.catalogue import get_catalogue
from registry.models import Entity
from registry.rules import ItemSpec, ValueRefused, parse_value


class FindForm(forms.Form):
    """The answer does not repeat what was typed: two numbers that lead nowhere are answered alike."""

    entity = forms.ChoiceField(label="对象", choices=SUBJECT_CHOICES, initial=Entity.PERSON)
    name = forms.CharField(
        label="号码或地址",
        max_length=200,
        help_text="居民填身份证号码,家庭填户编号,房屋填地址,单位填统一社会信用代码。都要填完整。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "name" in given and "entity" in given:
            item = get_catalogue().item(NAMED_BY[given["entity"]])
            try:
                given["name"] = str(parse_value(ItemSpec.of(item), given["name"]) or "")
            except ValueRefused as refusal:
                self.add_error("name", refusal.message)
        return given
