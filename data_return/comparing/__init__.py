"""Compare (比对) a dataset with the registry, set-based, over one range of areas.

`statement` builds the SQL, `reading` runs it: counts, and the lists that a village works off.
"""
