"""Tags for the systems of departments and villages."""
