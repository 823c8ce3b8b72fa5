"""Pure rules of values: what a worker may write for a data item, and the one form in which it is kept.

Every way in (import, grid, API, form) calls `parse_value` or `column_parser`. No database, clock or request.
"""

from .item_spec import ItemSpec
from .refusals import ValueRefused
from .values import ParsedColumn, column_parser, parse_column, parse_value

__all__ = ["ItemSpec", "ParsedColumn", "ValueRefused", "column_parser", "parse_column", "parse_value"]
