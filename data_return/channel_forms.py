"""Input of the pages of channels: what every kind asks; each kind asks its own beside it."""

from django import forms

from data_return.models import Channel


class ChannelForm(forms.ModelForm[Channel]):
    class Meta:
        model = Channel
        fields = ("name", "per_minute", "most_megabytes")
