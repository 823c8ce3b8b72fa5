"""The authorisation matrix: every route, method, visitor and object, against an oracle of its own."""
