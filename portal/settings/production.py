"""Behind a reverse proxy that ends TLS and sets X-Forwarded-Proto."""

from portal import env
from portal.metrics.requests import FOLDER
from portal.settings.base import *  # noqa: F403
from portal.settings.base import METRICS_TOKEN, PORTAL_ORIGIN, STORAGES

if not PORTAL_ORIGIN.startswith("https://"):
    raise env.BadEnvironment("PORTAL_ORIGIN", "正式环境必须以 https:// 开头。")
if METRICS_TOKEN and not env.given(FOLDER):
    # One of several web processes would tell its own counts alone, another one each time.
    raise env.BadEnvironment(FOLDER, "设了 METRICS_TOKEN 就要给出一个空目录,各网站进程在里面合计请求数。")

DEBUG = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
# The proxy and the health checks inside speak plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
KNOWN_BROWSER_COOKIE_NAME = "__Host-browser"
CSRF_COOKIE_NAME = "__Host-csrftoken"

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
