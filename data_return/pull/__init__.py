"""Pull (数据对接): a run of a connector, page by page.

`running` goes through the pages under the lease of `leases`; `planning` reads once what they need; `preparing` turns a
page into records, bad rows and drift, without a database; `keeping` writes a page and its cursor in one transaction;
`ending` says what became of a run, and `schedule` when the next one is due.
"""
