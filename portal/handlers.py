"""What the roof registers when it starts, so that every process knows it."""

from accounts.approvals.kinds import register
from portal.services.systems.hooks import KIND

register(KIND)
