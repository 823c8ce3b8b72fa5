"""Accepted reports go into the outbox, in the transaction that accepts them."""

from collections.abc import Sequence

from data_return.services.push import put_into_outbox
from forms_engine.models import Report
from forms_engine.push_topic import REPORT, about


def push_accepted(reports: Sequence[Report]) -> None:
    """reports: with dispatch and version joined, just accepted. To be called last in their transaction."""
    put_into_outbox(REPORT, [(report.dispatch.version.template_id, about(report)) for report in reports])
