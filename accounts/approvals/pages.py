"""What pages of approvals share."""

from django.http import HttpRequest

NEVER = -1


def seen_in(request: HttpRequest) -> int:
    """The version (or round) that the page showed, its hidden field `seen`; without one `NEVER`: always a Conflict."""
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else NEVER
