"""What is asked before masked items are shown in full: which ones, and why."""

from collections.abc import Sequence
from typing import Any

from django import forms

from registry.models import DataItem

REASONS = ("本人来办事,核对信息", "上门走访,核对信息", "填报表格,核对信息", "帮助本人联系家属或就医")
"""The usual reasons (查看原因); anything else is typed."""


class UnmaskForm(forms.Form):
    """reason: chosen, or typed in `words`; what is typed wins."""

    items = forms.MultipleChoiceField(
        label="要看哪几项", error_messages={"required": "请至少选一项。"}, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.ChoiceField(label="原因", required=False, widget=forms.RadioSelect)
    words = forms.CharField(
        label="其他原因", required=False, max_length=200, help_text="上面没有合适的,在这里写明,至少 4 个字。"
    )

    def __init__(self, data: Any = None, *, items: Sequence[DataItem], chosen: str = "") -> None:
        codes = [item.code for item in items]
        super().__init__(data, initial={"items": [chosen] if chosen in codes else codes})
        self.fields["items"].choices = [(item.code, item.name) for item in items]  # type: ignore[attr-defined]
        self.fields["reason"].choices = [(reason, reason) for reason in REASONS]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["why"] = cleaned.get("words", "").strip() or cleaned.get("reason", "")
        if not cleaned["why"]:
            self.add_error("reason", "请选一个原因,或在下面写明。")
        return cleaned
