"""Urls of the roof's own pages."""

from django.urls import path

from portal.views import audit
from portal.views.help import help_page
from portal.views.home import home
from portal.views.status import status

app_name = "portal"
urlpatterns = [
    path("", home, name="home"),
    path("help/", help_page, name="help"),
    path("status/", status, name="status"),
    path("audit/", audit.audit_list, name="audit_list"),
    path("audit/<int:pk>/", audit.audit_detail, name="audit_detail"),
    path("audit/seen-by/", audit.audit_seen_by, name="audit_seen_by"),
    path("audit/overview/", audit.audit_overview, name="audit_overview"),
    path("audit/exports/", audit.audit_exports, name="audit_exports"),
    path("audit/exports/<int:pk>/", audit.audit_download, name="audit_download"),
    path("audit/exports/<int:pk>/digest/", audit.audit_digest, name="audit_digest"),
]
