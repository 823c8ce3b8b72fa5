"""What the app registers when it starts, so that every process knows it."""

from accounts.approvals.kinds import register
from data_return.services.publish import KIND

register(KIND)
