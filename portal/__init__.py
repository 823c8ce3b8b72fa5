"""The roof: settings, root urls, Celery, embedded services; later workbench, admission desk and ledgers.

The only app that knows every other one.
"""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
