"""WSGI entry, served by granian."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from portal.shedding import LoadShedder

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

# Without its style sheet a page that did get through is no use; a balancer that hears nothing gives the process up.
# Figures are wanted most when there is too much to do.
application = LoadShedder(get_wsgi_application(), always=(settings.STATIC_URL, "/healthz", "/readyz", "/metrics"))

from accounts.checks import refuse_to_start_outside_the_wall  # noqa: E402  (needs the apps)

refuse_to_start_outside_the_wall()

# What was loaded until here stays for good: looking it through for rings, several times in each large page, took a
# tenth of the processor. What requests leave behind is still looked for, after more of them.
COLLECT = 50_000
gc.collect()
gc.freeze()
gc.set_threshold(COLLECT, *gc.get_threshold()[1:])
