"""The API of the roof, version 1: what departments' systems tell the portal."""
