"""The community's own base of data: data items (数据项), code lists, people, households, dwellings, organizations, events.

人户房组织事. One way in for a change (`changes`), one mask on every way out (`masking`), one compiler of items and
conditions to SQL (`expressions`, `conditions`), one binder for every Excel (`binding`).
"""
