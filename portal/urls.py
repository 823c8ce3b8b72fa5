"""Root urls: one include per app. Every view declares who may use it; an undeclared one is denied."""

from django.urls import include, path

from portal.health import healthz, readyz
from portal.views.api_docs import api_docs, api_schema
from portal.views.metrics import metrics

handler403 = "portal.errors.permission_denied"
handler404 = "portal.errors.page_not_found"
handler500 = "portal.errors.server_error"

urlpatterns = [
    path("", include("portal.page_urls")),
    path("", include("accounts.urls")),
    path("", include("registry.urls")),
    path("", include("tagging.urls")),
    path("", include("data_return.urls")),
    path("", include("forms_engine.urls")),
    path("help/api/", api_docs, name="api_docs"),
    path("api/v1/schema/", api_schema, name="api_schema"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
