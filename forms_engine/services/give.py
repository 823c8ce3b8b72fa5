"""Give (交付): the answers leave in the department's own layout, made in the background, marked, for a week."""

from collections.abc import Iterator
from datetime import timedelta
from typing import IO, Any

from django.core.files.storage import Storage
from django.db import transaction
from django.utils.timezone import now

from accounts import limits
from accounts.actors import Actor
from accounts.audit import record, record_system
from accounts.errors import DomainError
from accounts.jobs import start_job
from accounts.models import Job
from accounts.rights import COLLECT_REPORTS, require
from forms_engine.export.file_format import FileFormat
from forms_engine.models import Dispatch, Export
from forms_engine.selectors.exports import list_report_sizes
from forms_engine.services.export_making import EXPORT

KEPT = timedelta(days=7)
FOLDER = "exports"


class NothingToExport(DomainError):
    code = "nothing_to_export"


@transaction.atomic
def start_export(
    *, actor: Actor, dispatch: Dispatch, file_format: FileFormat = FileFormat.XLSX, unreviewed: bool = False
) -> Export:
    """Begin an export of everything inside the actor's scope; the same one that is still being made is returned.

    unreviewed: also what was handed in and not reviewed; the file's name says so. Raises NothingToExport, TooMany.
    """
    require(actor, COLLECT_REPORTS)
    Dispatch.objects.select_for_update().get(pk=dispatch.pk)
    options: dict[str, Any] = {"file_format": str(file_format), "unreviewed": unreviewed}
    running = Job.objects.filter(
        post_id=actor.post_id, kind=EXPORT, state__in=(Job.State.WAITING, Job.State.RUNNING), params__contains=options
    )
    same = Export.objects.filter(dispatch=dispatch, job__in=running).first()
    if same is not None:
        return same
    sizes = list_report_sizes(dispatch.pk, unreviewed=unreviewed)
    if not sizes:
        raise NothingToExport(_why_nothing(unreviewed=unreviewed))
    limits.spend(actor, limits.EXPORT, limits.rows_cost(sum(size.rows for size in sizes)))
    export = Export.objects.create(dispatch=dispatch, post_id=actor.post_id, expires_at=now() + KEPT)
    export.job = start_job(actor, EXPORT, export=export.pk, **options)
    export.save(update_fields=["job"])
    record(actor, "export.started", export, dispatch=dispatch.pk, **options)
    return export


@transaction.atomic
def take_export(*, actor: Actor, export: Export) -> IO[bytes]:
    """The file, for whoever downloads it; written to the audit log. Raises FileNotFoundError."""
    require(actor, COLLECT_REPORTS)
    limits.spend(actor, limits.EXPORT)
    record(actor, "export.downloaded", export, dispatch=export.dispatch_id)
    handle: IO[bytes] = export.file.storage.open(str(export.file.name))
    return handle


@transaction.atomic
def remove_expired_exports() -> int:
    """Delete files after their week, and files that a broken job left without a row. Returns how many."""
    storage = Export._meta.get_field("file").storage
    expired = list(Export.objects.select_for_update().filter(expires_at__lte=now()).exclude(file=""))
    for export in expired:
        storage.delete(str(export.file.name))
        export.file = ""
        export.save(update_fields=["file"])
        record_system("export.expired", export=export.pk)
    left = list(_left_behind(storage))
    for name in left:
        storage.delete(name)
    return len(expired) + len(left)


def _left_behind(storage: Storage) -> Iterator[str]:
    if not storage.exists(FOLDER):
        return
    known = set(Export.objects.exclude(file="").values_list("file", flat=True))
    for name in storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{name}"
        if path not in known and storage.get_modified_time(path) < now() - KEPT:
            yield path


def _why_nothing(*, unreviewed: bool) -> str:
    if unreviewed:
        return "还没有村居提交这一期的报表,没有可以导出的内容。"
    return "还没有审核通过的报表。可以勾选“包括未审核的”,导出已提交、还没有审核的内容。"
