"""Writes of tagging."""
