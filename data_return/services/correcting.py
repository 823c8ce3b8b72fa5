"""Writes of corrections (校核): a village marks a record, its department answers, the village takes note or objects.

seen: version of the correction that the actor's page showed. Raised by all steps: Conflict for one that was taken
already, NotFound outside the area or the department.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.approvals.clock import add_working_days
from accounts.audit import record
from accounts.errors import Conflict, DomainError, NotFound
from accounts.rights import ANSWER_CORRECTIONS, CHANGE_RESIDENTS, MARK_RECORDS, require
from data_return.correction_hooks import tell_accepted
from data_return.correction_rules import ANSWER_DAYS, DISPUTED, Action, Finding, next_state
from data_return.models import Correction, CorrectionStep, Evidence, ReturnedRecord
from data_return.selectors.marking import find_subject, get_record, list_readable, version_of
from data_return.sight import correcting_of
from registry.catalogue import get_catalogue
from registry.changes import Change, Outcome, apply, seal_values
from registry.evidence import Taken, take_in
from registry.masking import readable
from registry.models import DataItem
from registry.rules import ItemSpec, ValueRefused, parse_value
from registry.services.subjects import own_source


class NeedsWords(DomainError):
    """The step has to be explained to whoever reads it; its field is `note`."""

    code = "needs_note"


class SameValue(DomainError):
    code = "same_value"
    default = "填写的值与部门的值相同。如果部门的值是对的,请标“属实”。"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a worker says. item: "" for the record as a whole. value: as typed. files: photos and PDFs as uploaded.

    own: whether the right value is written into the own registry, too.
    """

    finding: Finding
    item: str = ""
    value: str = ""
    note: str = ""
    files: Sequence[bytes] = field(default=(), repr=False)
    own: bool = False


@dataclass(frozen=True, slots=True)
class Marked:
    """outcome: what the registry made of the value; None where it was not asked."""

    correction: Correction
    outcome: Outcome | None = None


@transaction.atomic
def mark_record(*, actor: Actor, record_pk: int, version: str, mark: Mark) -> Marked:
    """Dispute a returned record, or one item of it. The department has ANSWER_DAYS working days.

    version: of the record, as the page showed it. Raises Conflict for a record that has changed since, or that a
    colleague has marked; NeedsWords, SameValue, EvidenceRefused, DomainError (field value), NotFound.
    """
    require(actor, MARK_RECORDS)
    correcting_of(actor)
    found = get_record(actor=actor, pk=record_pk)
    if version_of(found) != version:
        raise Conflict("部门刚刚更新过这条数据,刚才的标记没有生效。请刷新页面,对照新的内容再标。")
    item = _item_of(actor, found, mark)
    value = _value_of(found, item, mark) if item else None
    _check_words(mark, item)
    evidence = take_in(list(mark.files), sealed_as=Evidence.SEALED_AS)
    correction = _create(actor, found, mark, item, value)
    _keep_evidence(correction, evidence)
    _step(actor, correction, Action.MARK, mark.note)
    outcome = _write_own(actor, found, item, value) if mark.own and item else None
    record(
        actor, "correction.marked", correction, items=[item.code] if item else [], code=mark.finding.value,
        count=len(evidence), dataset=found.dataset_id,
    )  # fmt: skip
    return Marked(correction, outcome)


@transaction.atomic
def answer_correction(*, actor: Actor, pk: int, seen: int, accept: bool, note: str = "") -> Correction:
    """Accept (采纳) or refuse it, for the department that publishes the dataset. A refusal says why (NeedsWords)."""
    correction = _answer(actor, pk, seen, accept=accept, note=note)
    if accept:
        tell_accepted(actor, [correction])
    return correction


@transaction.atomic
def accept_corrections(*, actor: Actor, versions: Mapping[int, int]) -> int:
    """Accept several, each if it still is in the version that the page showed. Returns how many. versions: by key."""
    require(actor, ANSWER_CORRECTIONS)
    accepted = []
    for pk, seen in sorted(versions.items()):
        with suppress(Conflict, NotFound), transaction.atomic():
            accepted.append(_answer(actor, pk, seen, accept=True))
    tell_accepted(actor, accepted)
    return len(accepted)


def _answer(actor: Actor, pk: int, seen: int, *, accept: bool, note: str = "") -> Correction:
    correction = _lock(actor, pk)
    require(actor, ANSWER_CORRECTIONS)
    if not accept and not note.strip():
        raise NeedsWords("不采纳要写明理由,村居会看到。", field="note")
    due_on = correction.due_on
    _move(actor, correction, Action.ACCEPT if accept else Action.REFUSE, seen)
    correction.answer, correction.answered_at = note.strip()[:500], now()
    correction.save(update_fields=["answer", "answered_at"])
    _step(actor, correction, Action.ACCEPT if accept else Action.REFUSE, note, due_on=due_on)
    record(actor, f"correction.{correction.state}", correction, dataset=correction.dataset_id)
    return correction


@transaction.atomic
def acknowledge_correction(*, actor: Actor, pk: int, seen: int) -> Correction:
    """Take note of the answer: the correction is closed."""
    correction = _lock(actor, pk)
    require(actor, MARK_RECORDS, correction.area_code)
    _move(actor, correction, Action.ACKNOWLEDGE, seen)
    _step(actor, correction, Action.ACKNOWLEDGE)
    record(actor, "correction.acknowledged", correction, dataset=correction.dataset_id)
    return correction


@transaction.atomic
def object_to_correction(*, actor: Actor, pk: int, seen: int, note: str) -> Correction:
    """Object to a refusal, once, with a reason (NeedsWords): the department answers again, by a new clock."""
    correction = _lock(actor, pk)
    require(actor, MARK_RECORDS, correction.area_code)
    if not note.strip():
        raise NeedsWords("提出异议要写明理由,部门会看到。", field="note")
    _move(actor, correction, Action.OBJECT, seen)
    correction.round += 1
    correction.due_on = _due_on()
    correction.save(update_fields=["round", "due_on"])
    _step(actor, correction, Action.OBJECT, note)
    record(actor, "correction.objected", correction, dataset=correction.dataset_id)
    return correction


@transaction.atomic
def withdraw_correction(*, actor: Actor, pk: int, seen: int) -> Correction:
    """Take it back before it is answered."""
    correction = _lock(actor, pk)
    require(actor, MARK_RECORDS, correction.area_code)
    _move(actor, correction, Action.WITHDRAW, seen)
    _step(actor, correction, Action.WITHDRAW)
    record(actor, "correction.withdrawn", correction, dataset=correction.dataset_id)
    return correction


def _item_of(actor: Actor, found: ReturnedRecord, mark: Mark) -> DataItem | None:
    """The item that the mark is about. Raises NotFound for one that the post does not read."""
    if mark.finding not in DISPUTED:
        raise DomainError("请选择核实结果。", field="finding")
    if not mark.item:
        return None
    readable = list_readable(actor=actor, dataset=found.dataset, area_code=found.area_code)
    item = next((item for item in readable if item.code == mark.item), None)
    if item is None:
        raise NotFound
    if mark.finding != Finding.WRONG:
        raise DomainError("迁出、去世和查无此人说的是整条数据,请不要选数据项。", field="finding")
    return item


def _value_of(found: ReturnedRecord, item: DataItem, mark: Mark) -> Any:
    """The right value in canonical form, by the item's rules; None where nobody knows it."""
    catalogue = get_catalogue()
    try:
        value = parse_value(ItemSpec.of(item), mark.value, catalogue.spellings(item.code) or None)
    except ValueRefused as refusal:
        raise DomainError(refusal.message, field="value") from None
    kept = found.values.get(item.code)
    if value is not None and kept is not None and readable(item, kept, catalogue) == readable(item, value, catalogue):
        raise SameValue(field="value")
    return value


def _check_words(mark: Mark, item: DataItem | None) -> None:
    """Something that the department can look into: a value, or words."""
    if mark.finding == Finding.WRONG and not mark.note.strip() and not mark.value.strip():
        what = "正确的值,或在说明里写明错在哪里。" if item else "错在哪里。"
        raise NeedsWords(f"请写明{what}", field="value" if item else "note")


def _create(actor: Actor, found: ReturnedRecord, mark: Mark, item: DataItem | None, value: Any) -> Correction:
    stored, _ = seal_values({item.code: value}) if item else ({}, {})
    correction = Correction(
        area_code=found.area_code,
        department_id=found.dataset.department_id,
        dataset=found.dataset,
        record_id=found.pk,
        item=item,
        finding=mark.finding,
        value=stored[item.code] if item else None,
        note=mark.note.strip()[:500],
        post_id=actor.post_id,
        marked_at=now(),
        due_on=_due_on(),
    )
    try:
        with transaction.atomic():
            correction.save(force_insert=True)
    except IntegrityError:
        raise Conflict("这一条已经有人标记过,正在等部门答复,不用再标。请在“校核”中查看。") from None
    return correction


def _keep_evidence(correction: Correction, evidence: list[Taken]) -> None:
    Evidence.objects.bulk_create(
        Evidence(
            district=correction.district, area_code=correction.area_code, department_id=correction.department_id,
            correction=correction, kind=one.kind, sealed=one.sealed,
        )
        for one in evidence
    )  # fmt: skip


def _write_own(actor: Actor, found: ReturnedRecord, item: DataItem, value: Any) -> Outcome | None:
    """The same value into the own registry, as self-collected today; None where the subject is not registered."""
    subject = find_subject(actor=actor, found=found)
    if subject is None or value is None:
        return None
    require(actor, CHANGE_RESIDENTS)
    change = Change(subject.pk, {item.code: value})
    return apply(actor=actor, entity=item.entity, changes=[change], source=own_source(actor, localdate()))


def _lock(actor: Actor, pk: int) -> Correction:
    locked: Correction | None = (
        Correction.objects.visible_to(actor).select_for_update(of=["self"]).filter(pk=pk).first()
    )
    if locked is None:
        raise NotFound
    return locked


def _move(actor: Actor, correction: Correction, action: Action, seen: int) -> None:
    """Take the step, or raise Conflict."""
    after = next_state(correction.state, action, correction.round)
    if after is None or correction.version != seen:
        raise Conflict(f"这一件现在是“{correction.get_state_display()}”,刚才的一步没有生效。请刷新页面后再看。")
    correction.state, correction.version = after, correction.version + 1
    correction.save(update_fields=["state", "version"])


def _step(actor: Actor, correction: Correction, action: Action, note: str = "", **clock: Any) -> None:
    CorrectionStep(
        area_code=correction.area_code, department_id=correction.department_id, correction=correction,
        number=correction.version, action=action, post_id=actor.post_id, note=note.strip()[:500], at=now(), **clock,
    ).save(force_insert=True)  # fmt: skip


def _due_on() -> Any:
    return add_working_days(localdate(), ANSWER_DAYS)
