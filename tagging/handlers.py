"""The approval of tags and the job that follows it; imported at start so that every process knows it."""

from accounts.approvals.kinds import register
from accounts.jobs import job_handler
from tagging.evaluation.keeping import REFRESH, refresh_area
from tagging.services.hooks import KIND

register(KIND)
job_handler(REFRESH)(refresh_area)
