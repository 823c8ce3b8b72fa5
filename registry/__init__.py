"""The community's own base of data: the catalogue of data items (数据项), and what it tells about.

人户房组织事. One way in for a change (`changes`), one mask on every way out (`masking`), one compiler of items and
conditions to SQL (`expressions`, `conditions`), one binder for every Excel (`binding`).
"""
