"""Choosing the post (岗位) to work in."""

from django.http import HttpRequest

from accounts.audit import record_user
from accounts.errors import NotFound
from accounts.middleware import POST_KEY
from accounts.models import Post
from accounts.selectors import list_own_posts


def switch_post(request: HttpRequest, *, user_id: int, post_id: str) -> Post:
    """Work in another of one's own valid posts from now on; the rest of the session stays. Raises NotFound."""
    wanted = int(post_id) if post_id.isascii() and post_id.isdigit() else 0
    post = list_own_posts(user_id=user_id).filter(pk=wanted).first()
    if post is None:
        raise NotFound("没有这个岗位,或者它已经到期。请从右上角重新选择岗位。")
    before = request.session.get(POST_KEY)
    request.session[POST_KEY] = post.pk
    record_user(user_id, "post.switched", post=post.pk, before=before)
    return post
