"""Urls of the roof's own pages."""

from django.urls import path

from portal.views.help import help_page
from portal.views.home import home
from portal.views.status import status

app_name = "portal"
urlpatterns = [
    path("", home, name="home"),
    path("help/", help_page, name="help"),
    path("status/", status, name="status"),
]
