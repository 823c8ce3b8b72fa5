"""Addresses for departments' systems."""
