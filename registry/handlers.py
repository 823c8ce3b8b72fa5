"""Background jobs of the registry; imported at start so that every worker knows them."""

from collections.abc import Generator

from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import record
from accounts.jobs import Progress, Steps, job_handler
from accounts.models import Job
from accounts.xlsx import open_upload
from registry.binding import SheetBinding
from registry.catalogue import get_catalogue
from registry.changes import Source, SourceKind
from registry.importing import (
    Place,
    Reading,
    RowError,
    Written,
    count_changed,
    find_matches,
    place_rows,
    read_sheet,
    write_people,
)
from registry.models import ImportBatch
from registry.selectors.imports import get_area_codes_by_name
from registry.services.imports import CHECK, WRITE

KEPT = 1000
"""Errors and written people kept with a batch."""
MOST_TAKEN, MOST_TAKEN_SHARE = 20, 0.2


@job_handler(CHECK)
def check_import(actor: Actor, job: Job, *, batch_id: int) -> Steps:
    """Check every row and count what would happen. Changes nobody. Safe to repeat."""
    batch = _batch(actor, batch_id)
    reading, total = yield from _read(batch)
    place, source = _place(reading, batch), _source(actor)
    matches = find_matches(reading, place)
    if feels_around(matches.taken, len(reading.numbers)):
        _refuse(actor, batch, matches.taken)
        return {"batch": batch.pk}
    batch.good_count = len(reading.numbers) - len(reading.wrong)
    batch.error_count = len(reading.errors)
    batch.new_count = len(matches.new)
    batch.changed_count = count_changed(
        reading=reading, matches=matches, place=place, source=source, catalogue=get_catalogue()
    )
    batch.errors = [error.as_dict() for error in sorted(reading.errors, key=lambda error: error.row)[:KEPT]]
    batch.state = ImportBatch.State.CHECKED
    batch.save(update_fields=["good_count", "error_count", "new_count", "changed_count", "errors", "state"])
    record(actor, "import.checked", batch, rows=len(reading.numbers), refused=len(reading.wrong), taken=matches.taken)
    yield Progress(total, total)
    return {"batch": batch.pk}


@job_handler(WRITE)
def write_import(actor: Actor, job: Job, *, batch_id: int) -> Steps:
    """Write the right rows in one step, so in one transaction: all of them or none. Safe to repeat."""
    batch = _batch(actor, batch_id)
    if batch.state != ImportBatch.State.WRITING:
        return {"batch": batch.pk}
    reading, total = yield from _read(batch)
    place = _place(reading, batch)
    matches = find_matches(reading, place)
    written = write_people(
        actor=actor, reading=reading, matches=matches, place=place, source=_source(actor), catalogue=get_catalogue()
    )
    _finish(batch, reading, written)
    record(actor, "import.written", batch, new=written.new, changed=written.changed)
    yield Progress(total, total)
    return {"batch": batch.pk}


def feels_around(taken: int, rows: int) -> bool:
    """Whether a sheet holds more numbers of other places than a village's own roster ever would."""
    return taken > MOST_TAKEN and taken > rows * MOST_TAKEN_SHARE


def _refuse(actor: Actor, batch: ImportBatch, taken: int) -> None:
    """Tell nothing about single numbers: the sheet could be a list to feel around with."""
    message = f"表中有 {taken} 个证件号码已有登记、但不在本村居,超过可以核对的数量。请联系镇街管理员核对后再导入。"
    batch.errors = [RowError("", 0, "", message).as_dict()]
    batch.error_count, batch.state, batch.file = 1, ImportBatch.State.REFUSED, None
    batch.save(update_fields=["errors", "error_count", "state", "file"])
    record(actor, "import.refused", batch, result="refused", taken=taken)


def _batch(actor: Actor, batch_id: int) -> ImportBatch:
    found: ImportBatch = ImportBatch.objects.visible_to(actor).get(pk=batch_id)
    return found


def _read(batch: ImportBatch) -> Generator[Progress, None, tuple[Reading, int]]:
    """The parsed sheet; a step for each column. Two more follow: against the registry, and the end."""
    binding = SheetBinding.from_dict(batch.layout)
    workbook = open_upload(bytes(batch.file or b""), batch.filename)
    total = sum(column.is_bound for column in binding.columns) + 2
    latest = Reading(binding.sheet)
    for done, reading in enumerate(read_sheet(workbook, binding, get_catalogue()), 1):
        latest = reading
        yield Progress(min(done, total - 1), total)
    return latest, total


def _place(reading: Reading, batch: ImportBatch) -> Place:
    return place_rows(reading, batch, get_area_codes_by_name(batch.area_code))


def _source(actor: Actor) -> Source:
    return Source(SourceKind.IMPORT, f"{actor.area_name} {actor.name}", timezone.localdate())


def _finish(batch: ImportBatch, reading: Reading, written: Written) -> None:
    lines = [(position, pk, True) for position, pk in written.new_ids.items()]
    lines += [(position, pk, False) for position, pk in written.changed_ids.items()]
    batch.written = [
        {"row": reading.numbers[position], "id": pk, "new": new} for position, pk, new in sorted(lines)[:KEPT]
    ]
    batch.new_count, batch.changed_count = written.new, written.changed
    batch.state, batch.file = ImportBatch.State.DONE, None
    batch.save(update_fields=["written", "new_count", "changed_count", "state", "file"])
