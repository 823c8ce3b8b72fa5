"""Data that departments give back to the villages (回流数据): the catalogue of datasets, and how one is published,
and the records that its department brings.

Stands on accounts, registry and tagging; knows no forms.
"""
