"""Keeping dynamic tags true (标签计算): every pass writes the difference between what is and what should be.

`difference` is the one statement, `chunks` says over which people, `keeping` when. Safe to repeat at any moment.
"""
