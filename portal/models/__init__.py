"""Tables of the roof."""

from portal.models.burden import ReportBurden
from portal.models.systems import Filing, System
from portal.models.todos import SystemTodo

__all__ = ["Filing", "ReportBurden", "System", "SystemTodo"]
