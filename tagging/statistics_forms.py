"""What the statistics of tags may be asked: of which subjects, which group, and beside which other tag."""

from collections.abc import Iterable
from typing import Any

from django import forms

from registry.models import Entity
from tagging.models import Tag
from tagging.models.catalogue import SUBJECT_CHOICES


class StatisticsForm(forms.Form):
    """What cannot be read filters nothing."""

    subject = forms.ChoiceField(label="对象", required=False, choices=SUBJECT_CHOICES)

    def __init__(self, data: Any, *, groups: Iterable[str]) -> None:
        super().__init__(data)
        self.fields["group"] = forms.ChoiceField(
            label="分组", required=False, choices=[("", "全部"), *((group, group) for group in groups)]
        )
        self.is_valid()

    @property
    def chosen_subject(self) -> Entity:
        return Entity(self.cleaned_data.get("subject") or Entity.PERSON)

    @property
    def chosen_group(self) -> str:
        return str(self.cleaned_data.get("group") or "")


class OtherTagForm(forms.Form):
    """tags: those that the tag may be laid beside."""

    def __init__(self, data: Any, *, tags: Iterable[Tag]) -> None:
        super().__init__(data or None)
        self._tags = {tag.code: tag for tag in tags}
        choices = [("", "(请选择)"), *((code, tag.name) for code, tag in self._tags.items())]
        self.fields["other"] = forms.ChoiceField(label="与哪个标签比较", required=False, choices=choices)
        self.is_valid()

    @property
    def chosen(self) -> Tag | None:
        return self._tags.get(self.cleaned_data.get("other", "")) if self.is_bound else None
