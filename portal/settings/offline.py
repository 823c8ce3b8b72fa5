"""Commands that need neither a database nor a kept secret: secrets are made up anew and forgotten."""

import os
import secrets

_THROWAWAY = {
    "SECRET_KEY": secrets.token_hex(32),
    "SEAL_KEYS": f"1:{secrets.token_hex(16)}",
    "BLIND_INDEX_KEY": secrets.token_hex(32),
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "PORTAL_ORIGIN": "http://testserver",
    # Checks need no server: these addresses only have to be well formed.
    "DATABASE_URL": "postgresql://portal_app@127.0.0.1:1/portal",
    "DATABASE_OWNER_URL": "postgresql://portal_owner@127.0.0.1:1/portal",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}
for _name, _value in _THROWAWAY.items():
    os.environ.setdefault(_name, _value)

from portal.settings.base import *  # noqa: E402, F403
