"""Reads across the apps: what waits for a post, and its community in figures."""
