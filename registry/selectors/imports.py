"""Reads of imports (导入批次)."""

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.codes import Level, subtree
from accounts.errors import NotFound
from accounts.models import Area
from registry.models import ImportBatch, Person

SHOWN = 50


def list_batches(*, actor: Actor) -> QuerySet[ImportBatch]:
    """Imports of the actor's area, newest first, without their files. Errors of each are left unread too."""
    found: QuerySet[ImportBatch] = ImportBatch.objects.visible_to(actor).select_related("post__user")
    return found.defer("file", "errors", "written", "layout")


def get_batch(*, actor: Actor, pk: int) -> ImportBatch:
    """One import with its job, without its file. Raises NotFound outside the scope."""
    found: ImportBatch | None = (
        ImportBatch.objects.visible_to(actor).select_related("job", "post__user").defer("file").filter(pk=pk).first()
    )
    if found is None:
        raise NotFound
    return found


def get_area_codes_by_name(community: int) -> dict[str, int]:
    """Names of a community and of all its grids and microgrids -> code; the wider area wins a name given twice."""
    low, high = subtree(community, Level.COMMUNITY)
    found = Area.objects.filter(code__range=(low, high)).order_by("-code").values_list("name", "code")
    return dict(found)


def list_written_people(*, actor: Actor, batch: ImportBatch) -> list[tuple[int, bool, Person]]:
    """The first people that an import wrote: Excel row, whether new, person. Those gone out of sight are left out."""
    lines = batch.written[:SHOWN]
    people = Person.objects.visible_to(actor).in_bulk([line["id"] for line in lines])
    return [(line["row"], line["new"], people[line["id"]]) for line in lines if line["id"] in people]
