"""Reads of tagging."""
