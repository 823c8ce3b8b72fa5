"""What each step of an approval means to a grant: the only writer of `GrantRequest.state`, and of new grants."""

from accounts.actors import Actor
from accounts.approvals.kinds import Kind
from accounts.approvals.rules import Action, State
from accounts.models import Approval
from accounts.rights import DECIDE_DATASETS, PUBLISH_DATASETS, REQUEST_GRANTS
from data_return.models import Grant, GrantRequest
from data_return.selectors.grants import GRANT
from data_return.services.grants import check_period


def on_submit(actor: Actor, approval: Approval) -> dict[str, int]:
    return _keep(approval, State.SUBMITTED)


def on_withdraw(actor: Actor, approval: Approval) -> dict[str, int]:
    return _keep(approval, State.WITHDRAWN)


def on_return(actor: Actor, approval: Approval) -> dict[str, int]:
    return _keep(approval, State.RETURNED)


def on_refuse(actor: Actor, approval: Approval) -> dict[str, int]:
    return _keep(approval, State.REFUSED)


def on_consent(actor: Actor, approval: Approval) -> dict[str, int]:
    return {"dataset": _lock(approval).dataset_id}


def on_approve(actor: Actor, approval: Approval) -> dict[str, int]:
    """Both sides have consented: the grant begins on its first day. Raises BadTerms for a period that is over."""
    request = _lock(approval)
    check_period(request.since, request.until)
    grant = Grant.objects.create(request=request, **request.terms())
    return _keep(approval, State.APPROVED) | {"grant": grant.pk}


KIND = Kind(
    code=GRANT,
    subject=GrantRequest,
    request_right=REQUEST_GRANTS,
    decide_right=DECIDE_DATASETS,
    partner_right=PUBLISH_DATASETS,
    decide_days=10,
    hooks={
        Action.SUBMIT: on_submit,
        Action.WITHDRAW: on_withdraw,
        Action.RETURN: on_return,
        Action.REFUSE: on_refuse,
        Action.CONSENT: on_consent,
        Action.APPROVE: on_approve,
    },
)
"""Decided by the data authority of the district and, as the partner, by the department that publishes the dataset."""


def _lock(approval: Approval) -> GrantRequest:
    return GrantRequest.objects.select_for_update(of=("self",)).select_related("dataset").get(pk=approval.subject_id)


def _keep(approval: Approval, state: State) -> dict[str, int]:
    request = _lock(approval)
    request.state = state
    request.save(update_fields=["state"])
    return {"dataset": request.dataset_id}
