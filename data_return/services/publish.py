"""Publish (发布): the district's data authority decides; the department that asks never does. See accounts.approvals.

seen: version of the approval that the actor's page showed. Raised by all: Conflict for a step that was taken
already, NotAllowed for the requesting side, NotFound.
"""

from django.utils.timezone import now

from accounts.actors import Actor
from accounts.approvals import services as approvals
from accounts.approvals.kinds import Kind
from accounts.approvals.rules import Action
from accounts.errors import DomainError
from accounts.models import Approval
from accounts.rights import DECIDE_DATASETS, PUBLISH_DATASETS
from data_return.models import DatasetVersion
from data_return.models.datasets import NAMED_BY
from data_return.selectors.datasets import DATASET, get_approval_of
from registry.catalogue import get_catalogue

State = DatasetVersion.State


class NotReady(DomainError):
    """The dataset still lacks something; the message lists what."""

    code = "dataset_not_ready"


def submit_dataset(*, actor: Actor, version: DatasetVersion, seen: int) -> None:
    """Hand a draft or returned version to the district. Raises NotReady."""
    approvals.submit(actor=actor, approval=get_approval_of(version), seen=seen)


def withdraw_dataset(*, actor: Actor, version: DatasetVersion, seen: int) -> None:
    """Take it back before it is decided."""
    approvals.withdraw(actor=actor, approval=get_approval_of(version), seen=seen)


def return_dataset(*, actor: Actor, version: DatasetVersion, seen: int, note: str) -> None:
    """Back to the department with what is missing. Raises NeedsNote."""
    approvals.return_(actor=actor, approval=get_approval_of(version), seen=seen, note=note)


def refuse_dataset(*, actor: Actor, version: DatasetVersion, seen: int, note: str) -> None:
    """The version is not published. Raises NeedsNote."""
    approvals.refuse(actor=actor, approval=get_approval_of(version), seen=seen, note=note)


def publish_dataset(*, actor: Actor, version: DatasetVersion, seen: int, note: str) -> None:
    """From now on this version is what the dataset holds."""
    approvals.approve(actor=actor, approval=get_approval_of(version), seen=seen, note=note)


def list_lacks(version: DatasetVersion) -> list[str]:
    """Sentences about what is missing before it can be handed in."""
    codes = set(version.fields.order_by().values_list("item_id", flat=True))
    named_by = NAMED_BY[version.dataset.subject]
    lacks = []
    if not version.legal_basis.strip():
        lacks.append("请填写共享依据。")
    if not version.freshness_days:
        lacks.append("请填写更新周期。")
    if named_by not in codes:
        lacks.append(f"请选上“{get_catalogue().item(named_by).name}”,没有它就不知道一条数据说的是谁。")
    if not codes - {named_by}:
        lacks.append("请至少再选一个要回流的数据项。")
    return lacks


def on_submit(actor: Actor, approval: Approval) -> dict[str, int]:
    """Raises NotReady with everything that is lacking."""
    version = _lock(approval)
    lacks = list_lacks(version)
    if lacks:
        raise NotReady("还不能提交发布:" + "".join(lacks))
    return _keep(version, State.SUBMITTED)


def on_withdraw(actor: Actor, approval: Approval) -> dict[str, int]:
    return _keep(_lock(approval), State.DRAFT)


def on_return(actor: Actor, approval: Approval) -> dict[str, int]:
    return _keep(_lock(approval), State.RETURNED)


def on_refuse(actor: Actor, approval: Approval) -> dict[str, int]:
    return _keep(_lock(approval), State.REFUSED)


def on_approve(actor: Actor, approval: Approval) -> dict[str, int]:
    version = _lock(approval)
    version.published_at = now()
    version.dataset.live = version
    version.dataset.save(update_fields=["live"])
    return _keep(version, State.PUBLISHED)


KIND = Kind(
    code=DATASET,
    subject=DatasetVersion,
    request_right=PUBLISH_DATASETS,
    decide_right=DECIDE_DATASETS,
    hooks={
        Action.SUBMIT: on_submit,
        Action.WITHDRAW: on_withdraw,
        Action.RETURN: on_return,
        Action.REFUSE: on_refuse,
        Action.APPROVE: on_approve,
    },
    verbs={Action.APPROVE: "published"},
)


def _lock(approval: Approval) -> DatasetVersion:
    locked = DatasetVersion.objects.select_for_update(of=["self", "dataset"]).select_related("dataset")
    return locked.get(pk=approval.subject_id)


def _keep(version: DatasetVersion, state: State) -> dict[str, int]:
    version.state = state
    version.save(update_fields=["state", "published_at"])
    return {"dataset": version.dataset_id}
