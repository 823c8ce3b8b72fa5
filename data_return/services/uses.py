"""Note that records were read under a grant: a line for the source department, and one in the audit log."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction

from accounts.actors import Actor
from accounts.audit import Subjects, record, those
from data_return.models import Grant, GrantUse
from data_return.selectors.returned import Returned


def note_reading(*, actor: Actor, how: GrantUse.How, returned: Sequence[Returned]) -> None:
    """One line per grant that opened some of them; one of the audit log alone for the department's own records."""
    opened: dict[Grant, list[Returned]] = defaultdict(list)
    for one in returned:
        for grant in one.grants:
            opened[grant].append(one)
    for grant, under in opened.items():
        note_use(actor=actor, how=how, grant=grant, rows=len(under), subjects=those([one.record for one in under]))
    own = [one.record for one in returned if not one.grants]
    if own:
        record(actor, "returned.read", subjects=those(own), method=how.label)


@transaction.atomic
def note_use(*, actor: Actor, how: GrantUse.How, grant: Grant, rows: int, subjects: Subjects = ("", ())) -> None:
    """One reading of so many records under one grant."""
    GrantUse.objects.create(grant=grant, post_id=actor.post_id, how=how, rows=rows)
    record(
        actor,
        "grant.used",
        grant,
        purpose=grant.purpose,
        subjects=subjects,
        dataset=grant.dataset_id,
        method=how.label,
        rows=rows,
    )
