"""Connectors (数据对接), the reading side: how rows come out of a channel, page by page. No tables of ours.

A kind of connector is one class in one file of this folder, found by itself: see `kinds.SourceKind`. What a kind hands
over is a `Page`: columns of raw values, and how to go on. What the values mean is decided elsewhere.
"""
