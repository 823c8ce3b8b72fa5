"""Excel workbooks that people bring: opened safely, refused in words, read fast.

`open_upload` is the only door: nothing else may hand uploaded bytes to a reader.
"""

from .opening import open_upload
from .refusals import UploadRefused
from .rows import ImportRow, RowLayout, read_rows
from .sheet import CellRange, Formula, Sheet, Workbook, column_letter, column_number

__all__ = [
    "CellRange",
    "Formula",
    "ImportRow",
    "RowLayout",
    "Sheet",
    "UploadRefused",
    "Workbook",
    "column_letter",
    "column_number",
    "open_upload",
    "read_rows",
]
