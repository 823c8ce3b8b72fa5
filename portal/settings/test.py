"""Tests and checks. Secrets are made up anew for each run unless the runner gives some; nothing is kept."""

from portal import env
from portal.settings.offline import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None  # served from where they lie; nothing is collected
DEMO = env.choice("DEMO", ("0", "1"), "1") == "1"
