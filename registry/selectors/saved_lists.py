"""Reads of saved lists (保存的名单): of the own post alone."""

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.errors import NotFound
from registry.models import SavedList


def list_saved(*, actor: Actor, deleted: bool = False) -> QuerySet[SavedList]:
    """Those of the post, by name."""
    found: QuerySet[SavedList] = SavedList.objects.visible_to(actor).filter(
        post=actor.post_id, deleted_at__isnull=not deleted
    )
    return found


def get_saved(*, actor: Actor, pk: int, deleted: bool = False) -> SavedList:
    """Raises NotFound."""
    found = list_saved(actor=actor, deleted=deleted).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
