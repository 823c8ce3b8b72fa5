"""Tables of the roof."""

from portal.models.systems import Filing, System

__all__ = ["Filing", "System"]
