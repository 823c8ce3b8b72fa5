"""Approvals (审批): one state machine for every request that somebody else decides.

`rules` says which step leads where, `kinds` what an app registers, `services` takes the steps, `selectors` lists what
waits, `clock` counts working days. An app registers a `Kind` when it starts and hooks what a step means to its subject.
"""
