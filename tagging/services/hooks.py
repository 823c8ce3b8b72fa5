"""What each step of an approval means to a tag: the only writer of `TagChange.state` and of the catalogue."""

from django.contrib.postgres.functions import TransactionNow

from accounts.actors import Actor
from accounts.approvals.kinds import Kind
from accounts.approvals.rules import Action, State
from accounts.jobs import start_job
from accounts.models import Approval, Area
from accounts.rights import DECIDE_TAGS, PROPOSE_TAGS
from tagging.checks import check_definition, refuse_used
from tagging.evaluation.keeping import REFRESH
from tagging.importing.letting_in import let_in
from tagging.merging import merge_tag
from tagging.models import Tag, TagChange
from tagging.selectors.changes import TAG
from tagging.services.levels import settle_levels_above

Step = TagChange.Step


def on_submit(actor: Actor, approval: Approval) -> dict[str, str]:
    return {"step": _keep(approval, State.SUBMITTED).step}


def on_withdraw(actor: Actor, approval: Approval) -> None:
    _keep(approval, State.WITHDRAWN)


def on_return(actor: Actor, approval: Approval) -> None:
    _keep(approval, State.RETURNED)


def on_refuse(actor: Actor, approval: Approval) -> None:
    _keep(approval, State.REFUSED)


def on_approve(actor: Actor, approval: Approval) -> dict[str, int | str]:
    """Into the catalogue, and a job brings people up to date. Raises TagRefused.

    Two requests for one name wait for each other at the area.
    """
    change = _lock(approval)
    list(Area.objects.select_for_update(of=("self",)).filter(code=actor.area_code))
    touched = let_in(change) if change.step == Step.IMPORT else _let_in_one(change)
    change.state = State.APPROVED
    change.decided_at = TransactionNow()  # the clock of the transaction, by which the passes date what follows from it
    change.version = change.tag.version if change.tag else None
    change.save(update_fields=["state", "tag", "level", "version", "decided_at"])
    for tag in touched:
        settle_levels_above(tag.merged_into_id or tag.pk)
        start_job(actor, REFRESH, tag_id=tag.pk)
    return {"tag": change.tag_id or 0, "step": change.step}


def _let_in_one(change: TagChange) -> list[Tag]:
    """Returns the tag, for the job that brings its carriers up to date."""
    if change.step == Step.ADD:
        check_definition(change)
        change.tag = Tag.objects.create(**change.definition(), area=change.area, department=change.department)
    elif change.step == Step.MERGE:
        merge_tag(change)
    else:
        _change_tag(change)
    return [change.tag] if change.tag else []


def _change_tag(change: TagChange) -> None:
    tag = Tag.objects.select_for_update(of=("self",)).get(changes=change)
    tag.version += 1
    if change.step == Step.RETIRE:
        refuse_used(tag)
        tag.is_live = False
    else:
        check_definition(change)
        for name, value in change.definition().items():
            setattr(tag, name, value)
    tag.save()
    change.tag = tag


KIND = Kind(
    code=TAG,
    subject=TagChange,
    request_right=PROPOSE_TAGS,
    decide_right=DECIDE_TAGS,
    decide_days=5,
    hooks={
        Action.SUBMIT: on_submit,
        Action.WITHDRAW: on_withdraw,
        Action.RETURN: on_return,
        Action.REFUSE: on_refuse,
        Action.APPROVE: on_approve,
    },
)


def _lock(approval: Approval) -> TagChange:
    locked = TagChange.objects.select_for_update(of=("self",))
    return locked.select_related("tag", "into", "area", "department").get(pk=approval.subject_id)


def _keep(approval: Approval, state: State) -> TagChange:
    change = _lock(approval)
    change.state = state
    change.save(update_fields=["state"])
    return change
