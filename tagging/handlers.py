"""The approval of tags, the job after it, and chips on cards; imported at start so that every process knows them."""

from accounts.approvals.kinds import register
from accounts.jobs import job_handler
from registry import person_marks
from tagging.evaluation.keeping import REFRESH, refresh_area
from tagging.marks import SOURCE
from tagging.services.hooks import KIND

register(KIND)
person_marks.register(SOURCE)
job_handler(REFRESH)(refresh_area)
