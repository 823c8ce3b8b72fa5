"""Tables of the roof."""

from portal.models.burden import ReportBurden
from portal.models.systems import Filing, System

__all__ = ["Filing", "ReportBurden", "System"]
