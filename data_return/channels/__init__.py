"""Channels (接入通道): the ways to a department's system, for what comes and for what goes. No tables.

A kind of channel is one class in one file: `web` (HTTP), `folder`, `sftp`, `sql`. What can go wrong with the other side
is one list, `faults`; every kind raises `SourceFailed` with one of them and nothing else.
"""
