"""Export into the very workbook that was brought, by splicing: docs/decisions/0003-export-by-splicing.md.

The package stays byte for byte as it is; only the data rows of one sheet are made anew, and what stands below them or
refers to them moves along. Pure: rows come in as COPY text, files go out; nothing here knows the database.
"""
