"""The floor: areas (行政区划), departments, users, posts (岗位), roles, login, row scope, sealed fields, jobs, audit.

Knows area codes and roles, not residents. Imports nothing from the other apps.
"""
