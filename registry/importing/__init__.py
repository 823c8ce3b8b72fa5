"""Residents from Excel, set-based: read by column, checked whole, written in one transaction or not at all."""

from .checking import RowError
from .matching import Matches, find_matches
from .placing import Place, place_rows
from .reading import Reading, read_sheet
from .storing import Written, count_changed, write_people

__all__ = [
    "Matches",
    "Place",
    "Reading",
    "RowError",
    "Written",
    "count_changed",
    "find_matches",
    "place_rows",
    "read_sheet",
    "write_people",
]
