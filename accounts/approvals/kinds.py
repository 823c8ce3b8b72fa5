"""Kinds (审批事项): what an app registers so that its requests pass the one state machine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from accounts.actors import Actor
from accounts.approvals.rules import Action
from accounts.rights import GIVE_OPINIONS, holds

if TYPE_CHECKING:
    from accounts.models import Approval

Hook = Callable[..., Mapping[str, Any] | None]
"""(actor, approval, **terms) -> details for the audit line. Runs in the transaction of the step, after its trace;
what it raises takes the step back. terms: what the decision grants, as given to `services.approve`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """code: stored, and the first word of the audit lines. subject: model of what is asked for.

    partner_right: what a post of the partner department holds to decide beside the desk; "" where the desk is alone.
    Whoever drafts a request of such a kind names that department. Both must consent, each may return or refuse.
    decide_days: working days the desk has. verbs: steps that the audit log calls otherwise than `Action` does.
    """

    code: str
    subject: type[Model]
    request_right: str
    decide_right: str
    partner_right: str = ""
    decide_days: int = 10
    review_right: str = GIVE_OPINIONS
    hooks: Mapping[Action, Hook] = field(default_factory=dict)
    verbs: Mapping[Action, str] = field(default_factory=dict)

    def audit_name(self, action: Action) -> str:
        return f"{self.code}.{self.verbs.get(action, action.value)}"

    def run_hook(self, action: Action, actor: Actor, approval: "Approval", **terms: Any) -> Mapping[str, Any]:
        hook = self.hooks.get(action)
        return (hook(actor, approval, **terms) if hook else None) or {}


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known. Called once per kind while its app starts."""
    _kinds[kind.code] = kind


def get_kind(code: str) -> Kind:
    return _kinds[code]


def list_decided_by(actor: Actor) -> list[str]:
    """Codes of the kinds whose decision the post holds at the desk."""
    return [kind.code for kind in _kinds.values() if holds(actor, kind.decide_right)]


def list_partnered_by(actor: Actor) -> list[str]:
    """Codes of the kinds that the post decides for its department, beside the desk."""
    return [kind.code for kind in _kinds.values() if kind.partner_right and holds(actor, kind.partner_right)]
