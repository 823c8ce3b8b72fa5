"""What the app registers when it starts, so that every process knows it."""

from accounts.approvals.kinds import register
from accounts.jobs import job_handler
from accounts.scope import register_setting
from data_return.models.records import IN_SIGHT
from data_return.selectors.records import list_datasets_in_sight
from data_return.services.loading import LOAD, load_records
from data_return.services.publish import KIND

register(KIND)
register_setting(IN_SIGHT, list_datasets_in_sight)
job_handler(LOAD)(load_records)
