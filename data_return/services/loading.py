"""Load records from the department's own Excel: checked whole, right rows written, wrong ones listed by row."""

from datetime import date

from django.db import transaction
from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import DomainError
from accounts.jobs import Progress, Steps, start_job
from accounts.models import Job
from accounts.rights import PUBLISH_DATASETS, require
from accounts.xlsx import open_upload
from data_return.models import Dataset, DatasetLoad
from data_return.models.datasets import NAMED_BY
from data_return.placing import Villages
from data_return.reading import bind_columns, make_records, read_table
from data_return.selectors.datasets import get_kept, list_items
from data_return.selectors.records import list_villages
from data_return.services.writing import open_writing
from data_return.storing import Belonging, count_quality, upsert_records
from registry.catalogue import get_catalogue

LOAD = "data_return.load_records"
KEPT = 1000
"""Errors kept with a file."""


class NotPublished(DomainError):
    code = "dataset_not_published"
    default = "这个数据集还没有发布,不能上传数据。请先提交发布,同意后再上传。"


@transaction.atomic
def start_load(*, actor: Actor, dataset: Dataset, data: bytes, filename: str, observed_on: date) -> DatasetLoad:
    """Take a file of the department; a job writes its records. observed_on: the day the file tells about.

    Raises NotPublished, ColumnsMissing, UploadRefused, DomainError (field observed_on) for a day ahead, NotFound.
    """
    require(actor, PUBLISH_DATASETS, actor.area_code)
    kept = get_kept(actor=actor, pk=dataset.pk).dataset
    if kept.live is None:
        raise NotPublished(field="file")
    if observed_on > localdate():
        raise DomainError("数据日期不能晚于今天。", field="observed_on")
    bind_columns(open_upload(data, filename), list_items(kept.live))
    open_writing(actor=actor, dataset=kept)
    load = DatasetLoad(
        area_code=actor.area_code,
        dataset=kept,
        post_id=actor.post_id,
        filename=filename[-200:],
        file=data,
        observed_on=observed_on,
    )
    load.save()
    load.job = start_job(actor, LOAD, load_id=load.pk)
    load.save(update_fields=["job"])
    record(actor, "dataset.file_brought", kept, load=load.pk)
    return load


def load_records(actor: Actor, job: Job, *, load_id: int) -> Steps:
    """Check and write, in one step, so in one transaction. Safe to repeat: an upsert."""
    load: DatasetLoad = DatasetLoad.objects.visible_to(actor).select_related("dataset__live").get(pk=load_id)
    if load.file is None or load.dataset.live is None:
        return {"dataset": load.dataset_id}
    dataset, items = load.dataset, list_items(load.dataset.live)
    named_by, workbook = NAMED_BY[dataset.subject], open_upload(bytes(load.file), load.filename)
    table = read_table(workbook, bind_columns(workbook, items), named_by, get_catalogue())
    yield Progress(1, 2)
    open_writing(actor=actor, dataset=dataset)
    load.row_count, load.error_count = len(table.numbers), len(table.wrong)
    villages = Villages.of(list_villages(actor))
    records = make_records(table, named_by, items, villages, [load.observed_on] * len(table.numbers))
    load.written_count = upsert_records(Belonging(dataset.pk, load.area_code), records)
    load.errors = [error.as_dict() for error in sorted(table.errors, key=lambda error: error.row)[:KEPT]]
    load.file = None
    load.save(update_fields=["row_count", "error_count", "written_count", "errors", "file"])
    dataset.quality, dataset.loaded_at = count_quality(dataset.pk, [item.code for item in items]), now()
    dataset.save(update_fields=["quality", "loaded_at"])
    record(actor, "dataset.loaded", dataset, load=load.pk, rows=load.row_count, changed=load.written_count)
    yield Progress(2, 2)
    return {"dataset": dataset.pk}
