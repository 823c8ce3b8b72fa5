"""A machine of one's own: secrets and addresses come from the file that `make run` keeps in .run/."""

from portal import env
from portal.places import STATE

env.load_file(STATE / "portal.env")

from portal.settings.base import *  # noqa: E402, F403

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT = None  # served from where they lie; nothing is collected
DEMO = env.choice("DEMO", ("0", "1"), "1") == "1"
