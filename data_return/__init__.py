"""Data that departments give back to the villages (回流数据): datasets, grants, records, corrections, connectors.

Stands on accounts, registry and tagging; knows no forms. Holds nothing yet.
"""
