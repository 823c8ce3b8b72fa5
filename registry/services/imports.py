"""Writes of imports: bring, confirm the columns, check, write, cancel."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.audit import record
from accounts.codes import Level
from accounts.errors import DomainError, NotFound
from accounts.jobs import start_job
from accounts.models import Job
from accounts.rights import IMPORT_RESIDENTS, require
from registry.binding import ROW_NUMBER, ColumnBinding, SheetBinding, SheetKind, bind_workbook, scale_for
from registry.catalogue import get_catalogue
from registry.errors import WrongStep
from registry.importing.reading import NAME, is_importable
from registry.models import Entity, ImportBatch
from registry.rules import ItemSpec

CHECK, WRITE = "registry.check_import", "registry.write_import"
REGISTERS = {"registered": ImportBatch.Register.HERE, "resident": ImportBatch.Register.BY_TYPE}


GIVEN_UP_FROM = (
    ImportBatch.State.BINDING,
    ImportBatch.State.CHECKING,
    ImportBatch.State.CHECKED,
    ImportBatch.State.REFUSED,
)


class NotARoster(DomainError):
    code = "not_a_roster"
    default = "这不是人员名册(每人一行)。请上传居民花名册,第一列到最后一列各写一个项目。"


def begin_import(*, actor: Actor, data: bytes, filename: str) -> ImportBatch:
    """Keep the file and propose what each column means. Nothing is read into the registry yet.

    Raises UploadRefused, NotARoster, and DomainError for a post that is not of a community.
    """
    require(actor, IMPORT_RESIDENTS, actor.area_code)
    if actor.area_level != Level.COMMUNITY:
        raise DomainError("导入要在村居岗位上进行,请先切换到村居岗位。", field="file")
    binding = bind_workbook(data, get_catalogue().specs)
    if binding.kind != SheetKind.ROSTER or binding.subject not in (Entity.PERSON, None):
        raise NotARoster(field="file")
    batch = ImportBatch(
        area_code=actor.area_code,
        post_id=actor.post_id,
        filename=filename[-200:],
        file=data,
        layout=binding.as_dict(),
        register=REGISTERS.get(binding.population or "", ImportBatch.Register.HERE),
    )
    batch.save()
    record(actor, "import.begun", batch, columns=len(binding.columns))
    return batch


@transaction.atomic
def confirm_columns(*, actor: Actor, pk: int, items: Mapping[str, str], register: str) -> ImportBatch:
    """Take the columns as the worker confirmed them and start the check of all rows.

    items: column letter -> item code; letters left out are not imported. Raises DomainError for an item bound twice
    or a sheet without names, WrongStep when the check has begun already.
    """
    require(actor, IMPORT_RESIDENTS)
    batch = _lock(actor, pk, ImportBatch.State.BINDING)
    _check_items(items)
    binding = SheetBinding.from_dict(batch.layout)
    columns = tuple(_confirmed(column, items.get(column.letter)) for column in binding.columns)
    batch.layout = replace(binding, columns=columns).as_dict()
    batch.register = ImportBatch.Register(register)
    batch.state = ImportBatch.State.CHECKING
    batch.job = start_job(actor, CHECK, batch_id=batch.pk)
    batch.save(update_fields=["layout", "register", "state", "job"])
    record(actor, "import.confirmed", batch, items=sorted(items.values()))
    return batch


@transaction.atomic
def start_writing(*, actor: Actor, pk: int) -> ImportBatch:
    """Write all rows that are right, as a whole, in the background. Raises WrongStep where none is."""
    require(actor, IMPORT_RESIDENTS)
    batch = _lock(actor, pk, ImportBatch.State.CHECKED)
    if not batch.good_count:
        raise WrongStep("没有可以导入的行。请按错误清单改好表格后重新上传。")
    batch.state = ImportBatch.State.WRITING
    batch.job = start_job(actor, WRITE, batch_id=batch.pk)
    batch.save(update_fields=["state", "job"])
    record(actor, "import.started", batch, rows=batch.good_count, refused=batch.error_count)
    return batch


@transaction.atomic
def cancel_import(*, actor: Actor, pk: int) -> ImportBatch:
    """Give an import up: the file goes, nothing has been written. Raises WrongStep once it is being written."""
    require(actor, IMPORT_RESIDENTS)
    batch = _lock(actor, pk, *GIVEN_UP_FROM)
    batch.state, batch.file = ImportBatch.State.CANCELLED, None
    batch.save(update_fields=["state", "file"])
    record(actor, "import.cancelled", batch)
    return batch


def _lock(actor: Actor, pk: int, *states: str) -> ImportBatch:
    found: ImportBatch | None = (
        ImportBatch.objects.visible_to(actor)
        .select_for_update(of=["self"])
        .select_related("job")
        .defer("file")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound
    # A writing that gave up has written nothing: it may be started again or given up.
    gave_up = found.state == ImportBatch.State.WRITING and found.job is not None and found.job.state == Job.State.FAILED
    if found.state not in states and not (gave_up and ImportBatch.State.CHECKED in states):
        raise WrongStep(f"这次导入现在是“{found.get_state_display()}”,请刷新后再看。")
    return found


def _confirmed(column: ColumnBinding, item: str | None) -> ColumnBinding:
    """The running number stays what it is; all else is as confirmed, in the unit that the header names."""
    if column.item in {item, ROW_NUMBER}:
        return column
    known = get_catalogue().items.get(item or "")  # names of areas may be chosen that are no items of a person
    scale = scale_for(column.header, ItemSpec.of(known)) if known else ""
    return replace(column, item=item, scale=scale)


def _check_items(items: Mapping[str, str]) -> None:
    catalogue = get_catalogue()
    letters: dict[str, str] = {}
    for letter, code in items.items():
        if not is_importable(code, catalogue):
            raise DomainError(f"{letter} 列选的数据项不能导入,请改选。")
        if code in letters:
            name: Any = catalogue.item(code).name
            raise DomainError(f"“{name}”选了两次({letters[code]} 列和 {letter} 列),请只留一列。")
        letters[code] = letter
    if NAME not in letters:
        raise DomainError("没有哪一列是“姓名”,请先选好姓名列。")
