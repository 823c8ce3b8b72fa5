"""Figures for Prometheus (监控指标): requests as the web processes count them, queues and services as they stand now.

Labels are names of routes, states and programs: never a path, a person, a department or an area.
"""
