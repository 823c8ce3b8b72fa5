"""Residents from Excel, set-based: read by column, checked whole, written in one transaction or not at all."""

from .checking import RowError
from .reading import Reading, read_sheet
from .storing import Matches, find_matches, write_people

__all__ = ["Matches", "Reading", "RowError", "find_matches", "read_sheet", "write_people"]
