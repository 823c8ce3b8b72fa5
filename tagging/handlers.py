"""What other floors are told of tags: their approval, the job after it, chips on cards, the leaf of conditions, their
uses. Imported at start, so that every process knows them."""

from accounts.approvals.kinds import register
from accounts.jobs import job_handler
from registry import leaf_kinds, marks
from tagging import uses
from tagging.evaluation.keeping import REFRESH, refresh_area
from tagging.leaf import LEAF
from tagging.marks import SOURCE
from tagging.selectors.uses import list_uses_of_lists, list_uses_of_tags
from tagging.services.hooks import KIND
from tagging.services.impacts import PREVIEW, count_impact

register(KIND)
marks.register(SOURCE)
leaf_kinds.register(LEAF)
uses.register(list_uses_of_tags)
uses.register(list_uses_of_lists)
job_handler(REFRESH)(refresh_area)
job_handler(PREVIEW)(count_impact)
