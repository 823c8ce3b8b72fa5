"""The audit log for a store outside: JSON Lines, gzipped, with the SM3 digest of the file."""

import gzip
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now

from accounts import limits
from accounts.actors import Actor
from accounts.audit import record
from accounts.audit_chain.digests import LINE_FIELDS
from accounts.audit_reading import AUDIT, AuditFilter, list_audit_entries
from accounts.errors import DomainError, NotFound
from accounts.exporting import fingerprint
from accounts.jobs import Progress, Steps, job_handler, start_job
from accounts.models import AuditEntry, AuditSeal, Job
from accounts.rights import READ_AUDIT, require

EXPORT = "accounts.audit_export"
FOLDER = "audit"
KEPT = timedelta(days=7)
STEP_LINES = 5000
LONGEST = timedelta(days=366)


class BadPeriod(DomainError):
    code = "bad_period"


@dataclass(frozen=True, slots=True)
class Exported:
    """digest: SM3 in hexadecimal. seal: newest link of the chain then, as `audit_verify --anchor` takes it."""

    lines: int
    digest: str
    seal: str

    def as_text(self, filename: str) -> str:
        """The digest file, as `sm3sum` would write it, and the link of the chain."""
        return f"{self.digest}  {filename}\n# 行数 {self.lines}\n# 封存 {self.seal}\n"


@transaction.atomic
def start_audit_export(*, actor: Actor, since: date, until: date) -> Job:
    """Begin an export of the local days from `since` to `until`, both included. Raises BadPeriod, TooMany."""
    require(actor, READ_AUDIT)
    if not since <= until <= since + LONGEST:
        raise BadPeriod("结束日期不能早于开始日期,一次最多导出一年。", field="until")
    limits.spend(actor, limits.EXPORT)
    job = start_job(actor, EXPORT, total=(until - since).days + 1, since=since.isoformat(), until=until.isoformat())
    record(actor, "audit.export_started", job, since=since.isoformat(), until=until.isoformat())
    return job


@job_handler(EXPORT)
def make_audit_export(actor: Actor, job: Job, *, since: str, until: str) -> Steps:
    """Job: write the file day by day and keep it. Starting anew writes it anew."""
    days = list(_days(date.fromisoformat(since), date.fromisoformat(until)))
    with TemporaryFile() as target:
        lines = 0
        with gzip.GzipFile(fileobj=target, mode="wb", mtime=0) as packed:
            for done, day in enumerate(days):
                yield Progress(done, len(days))
                lines += write_day(packed, day)
        made = _finish(target, lines)
        stored = default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}.jsonl.gz", File(target))
    record(actor, "audit.export_finished", job, lines=lines, file=made.digest)
    return {"stored": stored, "lines": lines, "digest": made.digest, "seal": made.seal}


def take_audit_export(*, actor: Actor, pk: int) -> tuple[Job, IO[bytes]]:
    """A finished export of the actor's own post, for the download; leaves a line. Raises NotFound."""
    require(actor, READ_AUDIT)
    job = get_audit_export(actor=actor, pk=pk)
    record(actor, "audit.export_downloaded", job, file=job.result["digest"])
    return job, default_storage.open(job.result["stored"])


def get_audit_export(*, actor: Actor, pk: int) -> Job:
    """Raises NotFound, also where the file is gone after its week."""
    job = list_audit_exports(actor=actor, state=Job.State.DONE).filter(pk=pk).first()
    if job is None or not default_storage.exists(job.result["stored"]):
        raise NotFound("这个导出文件不存在,或已过 7 天保存期被删除。需要时请重新导出。")
    return job


def list_audit_exports(*, actor: Actor, **wanted: str) -> QuerySet[Job]:
    return Job.objects.filter(kind=EXPORT, post_id=actor.post_id, **wanted).order_by("-pk")


def export_to_folder(folder: Path, *, since: date, until: date) -> Path:
    """The same file and its digest beside it, for the command. Returns the path of the file."""
    path = folder / filename_of(since.isoformat(), until.isoformat())
    with path.open("w+b") as target:
        with gzip.GzipFile(fileobj=target, mode="wb", mtime=0) as packed:
            lines = sum(write_day(packed, day) for day in _days(since, until))
        made = _finish(target, lines)
    path.with_suffix(path.suffix + ".sm3").write_text(made.as_text(path.name), encoding="utf-8")
    return path


def filename_of(since: str, until: str) -> str:
    return f"audit_{since}_{until}.jsonl.gz".replace("-", "")


def exported_of(job: Job) -> Exported:
    return Exported(job.result["lines"], job.result["digest"], job.result["seal"])


def write_day(target: gzip.GzipFile, day: date) -> int:
    """The lines of a local day in the order of their time, one JSON object each. Returns how many."""
    written = 0
    for line in _lines_of(day):
        values = {name: getattr(line, name) for name in LINE_FIELDS} | {"at": line.at.isoformat()}
        target.write(json.dumps(values, ensure_ascii=False).encode() + b"\n")
        written += 1
    return written


def remove_expired_audit_exports() -> int:
    """Delete files after their week. Returns how many."""
    if not default_storage.exists(FOLDER):
        return 0
    paths = [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]]
    old = [path for path in paths if default_storage.get_modified_time(path) < now() - KEPT]
    for path in old:
        default_storage.delete(path)
    return len(old)


def _finish(target: IO[bytes], lines: int) -> Exported:
    target.seek(0)
    digest = fingerprint(target)
    target.seek(0)
    seal = AuditSeal.objects.using(AUDIT).order_by("-number").first()
    return Exported(lines, digest, f"{seal.number}:{bytes(seal.digest).hex()}" if seal else "")


def _days(since: date, until: date) -> Iterator[date]:
    while since <= until:
        yield since
        since += timedelta(days=1)


def _lines_of(day: date) -> Iterator[AuditEntry]:
    """Block by block behind the last line, so that no connection holds a cursor between two steps."""
    found = list_audit_entries(wanted=AuditFilter(since=day, until=day)).order_by("at", "pk")
    block = list(found[:STEP_LINES])
    while block:
        yield from block
        last = block[-1]
        behind = Q(at__gt=last.at) | Q(at=last.at, pk__gt=last.pk)
        block = list(found.filter(behind, at__gte=last.at)[:STEP_LINES]) if len(block) == STEP_LINES else []
