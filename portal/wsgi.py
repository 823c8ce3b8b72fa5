"""WSGI entry, served by granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

application = get_wsgi_application()

from accounts.checks import refuse_to_start_outside_the_wall  # noqa: E402  (needs the apps)

refuse_to_start_outside_the_wall()
