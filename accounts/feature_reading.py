"""Reads of the optional parts of the portal, for whoever switches them."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.errors import NotFound
from accounts.features import FEATURE_RIGHTS, WITHOUT, Feature
from accounts.models import FeaturePause
from accounts.rights import ROLE_RIGHTS
from accounts.roles import Role


@dataclass(frozen=True, slots=True)
class Switch:
    """One feature as it stands. pause: what goes on, with who began it; None: the feature is in use."""

    feature: Feature
    pause: FeaturePause | None

    @property
    def without(self) -> str:
        return WITHOUT[self.feature]

    @property
    def roles(self) -> list[str]:
        """Names of the roles that work with it."""
        return [str(role.label) for role in Role if ROLE_RIGHTS[role] & FEATURE_RIGHTS[self.feature]]


def list_switches() -> list[Switch]:
    """Every feature, in its order. One query."""
    found = FeaturePause.objects.going_on().select_related("begun_by__user")
    pauses = {pause.feature: pause for pause in found}
    return [Switch(feature, pauses.get(feature)) for feature in Feature]


def get_switch(code: str) -> Switch:
    """Raises NotFound where no feature is called so."""
    found = next((switch for switch in list_switches() if switch.feature == code), None)
    if found is None:
        raise NotFound
    return found


def list_pauses(*, limit: int, feature: Feature | None = None) -> Sequence[FeaturePause]:
    """Every time that a feature was switched off, the last first, with both posts."""
    found = FeaturePause.objects.select_related("begun_by__user", "ended_by__user")
    return list((found.filter(feature=feature) if feature else found)[:limit])
