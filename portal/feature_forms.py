"""What the system administrator says when a feature is switched."""

from django import forms


class SwitchForm(forms.Form):
    reason = forms.CharField(
        label="原因",
        max_length=200,
        help_text="会写进这里的记录和审计。不写居民的姓名和号码。",
        widget=forms.Textarea({"rows": 2}),
    )
