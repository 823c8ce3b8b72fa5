"""The approval of tags; imported at start so that every process knows it."""

from accounts.approvals.kinds import register
from tagging.services.hooks import KIND

register(KIND)
