"""What the app tells lower floors when it starts: approvals, settings, jobs, the panel on cards."""

from accounts.approvals.kinds import register
from accounts.jobs import job_handler
from accounts.scope import register_settings
from data_return.correction_hooks import on_accepted
from data_return.leaf import LEAF
from data_return.list_filter import SOURCE
from data_return.newcomers import RECORD, find_prefill
from data_return.panel import find_panel, find_why_panel, find_why_step
from data_return.push.correction_topic import CorrectionTopic, put_accepted_into_outbox
from data_return.push.topics import register_topic
from data_return.selectors.channels import TRY
from data_return.selectors.corrections import find_correcting
from data_return.selectors.pull import TEST
from data_return.selectors.records import find_reading, find_writing
from data_return.services import grant_hooks, publish, pull  # noqa: F401  (pull registers a waker)
from data_return.services.loading import LOAD, load_records
from data_return.services.pull_setup import test_connector
from data_return.services.trying import try_channel
from data_return.sight import (
    CORRECTING,
    CORRECTIONS_OF,
    DATASETS_READ,
    DATASETS_WRITTEN,
    PLACES_READ,
    READING,
    WRITING,
)
from registry import card_panels, leaf_kinds, marks, next_steps, prefills

card_panels.register(find_panel)
card_panels.register(find_why_panel)
next_steps.register(find_why_step)

register(publish.KIND)
register(grant_hooks.KIND)
register_settings(READING, [DATASETS_READ, PLACES_READ], find_reading)
register_settings(WRITING, [DATASETS_WRITTEN], find_writing)
register_settings(CORRECTING, [CORRECTIONS_OF], find_correcting)
job_handler(LOAD)(load_records)
job_handler(TRY)(try_channel)
job_handler(TEST)(test_connector)
prefills.register(RECORD, find_prefill)
register_topic(CorrectionTopic())
on_accepted(put_accepted_into_outbox)
leaf_kinds.register(LEAF)
marks.register(SOURCE)
