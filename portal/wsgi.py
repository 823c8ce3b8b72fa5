"""WSGI entry, served by granian."""

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
