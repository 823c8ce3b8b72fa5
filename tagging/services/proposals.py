"""What a joined system asks of the desk (接口申请): requests like the page's, each once however often it is sent."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from accounts.actors import Actor
from accounts.errors import Conflict
from accounts.models import Post
from accounts.rights import PROPOSE_TAGS, require
from tagging.codes import key_of
from tagging.models import ProposalKey, TagChange
from tagging.selectors.catalogue import get_tag
from tagging.services.desk import propose_change, propose_tag

KEY = re.compile(r"^[A-Za-z0-9_-]{1,64}$")


class KeyUsed(Conflict):
    """A key that stands for another request: a mistake of the caller, or somebody else with its token."""

    code = "key_used"
    default = "这个 Idempotency-Key 已经用于另一件申请。内容有变请换一个新的。"
    audited = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """values: of a `Definition`. tag: code of the one to be changed, "" for a new one."""

    reason: str
    values: Mapping[str, Any] = field(default_factory=dict)
    tag: str = ""

    @property
    def fingerprint(self) -> str:
        told = json.dumps(asdict(self), sort_keys=True, cls=DjangoJSONEncoder)
        return hashlib.sha256(told.encode()).hexdigest()


@transaction.atomic
def propose_once(*, actor: Actor, key: str, proposal: Proposal) -> tuple[TagChange, bool]:
    """The request that the post asked for under that key, and whether it is new.

    Raises what `propose_tag` and `propose_change` do, and KeyUsed. What is refused keeps no key.
    """
    require(actor, PROPOSE_TAGS, actor.area_code)
    Post.objects.select_for_update(no_key=True, of=("self",)).get(pk=actor.post_id)  # two at once come one by one
    kept = ProposalKey.objects.select_related("change").filter(post=actor.post_id, key=key).first()
    if kept is None:
        change = _propose(actor, proposal)
        ProposalKey.objects.create(post_id=actor.post_id, key=key, asked=proposal.fingerprint, change=change)
        return change, True
    if kept.asked != proposal.fingerprint:
        raise KeyUsed
    return kept.change, False


def _propose(actor: Actor, proposal: Proposal) -> TagChange:
    if not proposal.tag:
        return propose_tag(actor=actor, values=proposal.values, reason=proposal.reason)
    tag = get_tag(actor=actor, pk=key_of(proposal.tag))
    return propose_change(actor=actor, tag=tag, values=proposal.values, reason=proposal.reason)
