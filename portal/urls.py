"""Root urls: one include per app. Every view declares who may use it; an undeclared one is denied."""

from django.urls import path

from portal.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
