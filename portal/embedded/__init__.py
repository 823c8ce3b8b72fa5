"""PostgreSQL and Redis from wheels, as children of our own supervisor: for one machine, for tests, for a first look.

Real servers take their place through DATABASE_URL and REDIS_URL. Why not the wheels' own managers:
docs/decisions/0001-embedded-services.md.
"""
