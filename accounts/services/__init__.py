"""Writes of the floor: logging in and out, the second factor, choosing the post, the password."""
