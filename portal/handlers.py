"""What the roof registers when it starts, so that every process knows it."""

from accounts.approvals.kinds import register
from accounts.farewells import register_listener
from accounts.waking import wake
from portal.services.notices import KIND as NOTICE
from portal.services.systems.hooks import KIND


def wake_farewells() -> None:
    """Somebody left, or was sent out: systems hear of it at once."""
    from portal.tasks import end_sign_ons_task

    wake(end_sign_ons_task)


register(KIND)
register(NOTICE)
register_listener(wake_farewells)
