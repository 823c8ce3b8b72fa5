"""What pages of requests share: keep a draft or hand it in, and say which it was."""

from django.http import HttpRequest, HttpResponse

from accounts.htmx import go
from accounts.notices import tell
from tagging.models import TagChange

DETAIL = "tagging:change_detail"


def is_sent(request: HttpRequest) -> bool:
    """Which of the two buttons: the other one keeps a draft, to look at what it would do."""
    return "draft" not in request.POST


def told_of(request: HttpRequest, change: TagChange) -> HttpResponse:
    sent = "已提交,由区管理员审核。"
    tell(request, sent if is_sent(request) else "已存为草稿,还没有提交。请看一看影响,再提交。")
    return go(request, DETAIL, change.pk)
