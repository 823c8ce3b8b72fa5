"""Debian's apache2 with the modules that departments' systems use to log people in: clients that nobody here wrote."""
