"""Root urls: one include per app. Every view declares who may use it; an undeclared one is denied."""

from django.urls import include, path

from portal.health import healthz, readyz

handler403 = "portal.errors.permission_denied"
handler404 = "portal.errors.page_not_found"
handler500 = "portal.errors.server_error"

urlpatterns = [
    path("", include("portal.page_urls")),
    path("", include("accounts.urls")),
    path("", include("registry.urls")),
    path("", include("forms_engine.urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
