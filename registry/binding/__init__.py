"""The binder of Excel columns to data items. Pure: no database, no request.

`bind_workbook` finds the layout of what a department brings and the item that each column means. It does not guess:
a column bound wrongly fills villages' forms with wrong data, an unbound one only asks a person to choose.
"""

from .binder import NO_ITEM, bind_opened, bind_workbook, learning_key
from .catalogue import load_items
from .sheet_binding import KIND_NAMES, ROW_NUMBER, ColumnBinding, SheetBinding, SheetKind
from .units import scale_for

__all__ = [
    "KIND_NAMES",
    "NO_ITEM",
    "ROW_NUMBER",
    "ColumnBinding",
    "SheetBinding",
    "SheetKind",
    "bind_opened",
    "bind_workbook",
    "learning_key",
    "load_items",
    "scale_for",
]
