"""One line about what just happened, shown on the next page."""

from django.contrib import messages
from django.http import HttpRequest


def tell(request: HttpRequest, sentence: str, *, undo: str = "") -> None:
    """undo: address that takes the step back by POST; a button 撤销 is shown for it."""
    messages.success(request, sentence, extra_tags=undo)


def warn(request: HttpRequest, sentence: str) -> None:
    """The same for what a person should look into."""
    messages.warning(request, sentence)
