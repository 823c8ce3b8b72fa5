"""Behind a reverse proxy that ends TLS and sets X-Forwarded-Proto."""

from portal.settings.base import *  # noqa: F403
from portal.settings.base import PORTAL_ORIGIN, STORAGES

if not PORTAL_ORIGIN.startswith("https://"):
    from portal.env import BadEnvironment

    raise BadEnvironment("PORTAL_ORIGIN", "正式环境必须以 https:// 开头。")

DEBUG = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
# The proxy and the health checks inside speak plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
KNOWN_BROWSER_COOKIE_NAME = "__Host-browser"
CSRF_COOKIE_NAME = "__Host-csrftoken"

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
