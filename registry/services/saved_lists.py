"""What a post does with its saved lists (保存的名单). Filters are kept, no resident."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import IntegrityError, transaction
from django.utils.timezone import now

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import DomainError
from accounts.rights import SAVE_LISTS, require
from registry.models import SavedList
from registry.selectors.saved_lists import get_saved, list_saved

MOST = 50


class ListRefused(DomainError):
    code = "list_refused"


def save_list(*, actor: Actor, name: str, query: Mapping[str, Sequence[str]], codes: Iterable[str]) -> SavedList:
    """query: filters that the form of the list has read. codes: of the tags in it. Raises ListRefused."""
    require(actor, SAVE_LISTS)
    if not query:
        raise ListRefused("还没有选筛选条件,请先筛选再保存。查找的文字不能保存。", field="name")
    if list_saved(actor=actor).count() >= MOST:
        raise ListRefused(f"一个岗位最多保存 {MOST} 份名单,请先删除不用的。", field="name")
    saved = SavedList(area_code=actor.area_code, post_id=actor.post_id, name=name)
    saved.query, saved.codes = {key: list(values) for key, values in query.items()}, sorted(codes)
    _write(saved)
    record(actor, "list.saved", saved, by=sorted(query))
    return saved


def rename_list(*, actor: Actor, pk: int, name: str) -> None:
    """Raises NotFound, ListRefused."""
    saved = get_saved(actor=actor, pk=pk)
    saved.name = name
    _write(saved)
    record(actor, "list.renamed", saved)


@transaction.atomic
def delete_list(*, actor: Actor, pk: int) -> None:
    """It can be taken back with `restore_list`. Raises NotFound."""
    saved = get_saved(actor=actor, pk=pk)
    saved.deleted_at = now()
    saved.save(update_fields=["deleted_at"])
    record(actor, "list.deleted", saved)


def restore_list(*, actor: Actor, pk: int) -> None:
    """Raises NotFound; ListRefused where the name was given again meanwhile."""
    saved = get_saved(actor=actor, pk=pk, deleted=True)
    saved.deleted_at = None
    _write(saved)
    record(actor, "list.restored", saved)


def _write(saved: SavedList) -> None:
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError:
        raise ListRefused(f"已经有一份名单叫“{saved.name}”,请换一个名称。", field="name") from None
