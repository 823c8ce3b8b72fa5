"""What every deployment shares. Variables of the environment are read here and nowhere else."""

from pathlib import Path

import django_stubs_ext
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF

from portal import env
from portal.logging import logging_config
from portal.places import ROOT, STATE
from portal.settings import passwords

BASE_DIR = ROOT

# ModelForm[Person], Lookup[Any] and their like can be written as the type checker reads them.
django_stubs_ext.monkeypatch()

# Environment -------------------------------------------------------------------------------------------------
SECRET_KEY = env.secret("SECRET_KEY")
SEAL_KEYS = env.sealing_keys("SEAL_KEYS")
BLIND_INDEX_KEY = env.hex_bytes("BLIND_INDEX_KEY", 32)
# Key of the chain over the audit log, from the first day on: only workers need it, a web process without it cannot
# forge a seal. Left out, it follows from BLIND_INDEX_KEY.
AUDIT_KEY = env.hex_bytes("AUDIT_KEY", 32) if env.given("AUDIT_KEY") else None
# Keys that sign logins at other systems (OpenID Connect); the first one signs, the others are still believed. Without
# them no system can be connected that way.
SIGN_ON_KEYS = env.signing_keys("SIGN_ON_KEYS")
# The law asks for six months at least (Cybersecurity Law, article 21); the database removes nothing younger.
AUDIT_KEEP_MONTHS = env.number("AUDIT_KEEP_MONTHS", 12, lowest=6, highest=120)
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS")
PORTAL_ORIGIN = env.origin("PORTAL_ORIGIN")
PORTAL_DB_ROLE = env.choice("PORTAL_DB_ROLE", ("app", "owner", "backup"), "app")
REDIS_URL = env.redis_url("REDIS_URL")
MEDIA_ROOT = env.text("MEDIA_ROOT", str(STATE / "media"))
# How many reverse proxies stand in front and append to X-Forwarded-For; 0: the header is not believed.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, lowest=0, highest=5)
# A step of a background job that takes longer is left to another worker; shorter: found sooner after a kill -9.
JOB_LEASE_SECONDS = env.number("JOB_LEASE_SECONDS", 45, lowest=2, highest=3600)
# What leaves the wall: minutes and times a day of seeing masked items in full, people below whom a count is withheld.
UNMASK_MINUTES = env.number("UNMASK_MINUTES", 5, lowest=1, highest=60)
UNMASK_PER_DAY = env.number("UNMASK_PER_DAY", 30, lowest=1, highest=1000)
EMERGENCY_MINUTES = env.number("EMERGENCY_MINUTES", 15, lowest=1, highest=120)
EMERGENCIES_PER_DAY = env.number("EMERGENCIES_PER_DAY", 3, lowest=1, highest=50)
SMALL_COUNT = env.number("SMALL_COUNT", 5, lowest=2, highest=100)
# Below so many entries in so many whole months a system counts as hardly used.
LOW_USE_MONTHS = env.number("LOW_USE_MONTHS", 3, lowest=1, highest=24)
LOW_USE_LAUNCHES = env.number("LOW_USE_LAUNCHES", 30, lowest=1, highest=100_000)
# The burden account (减负账): what a cell costs a village in seconds, entered by hand or confirmed with one click.
BURDEN_TYPED_SECONDS = env.number("BURDEN_TYPED_SECONDS", 8, lowest=1, highest=600)
BURDEN_CONFIRMED_SECONDS = env.number("BURDEN_CONFIRMED_SECONDS", 2, lowest=1, highest=600)
# Whoever carries it may read /metrics; without it that address leads nowhere.
METRICS_TOKEN = env.secret("METRICS_TOKEN", at_least=32) if env.given("METRICS_TOKEN") else ""
# The certificate that the proxy shows (PEM, without its key): its end stands on the status page.
CERTIFICATE_FILE = env.text("CERTIFICATE_FILE") if env.given("CERTIFICATE_FILE") else ""
LOG_LEVEL = env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")

_CONNECTIONS = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "backup": "DATABASE_BACKUP_URL"}
DATABASES = {"default": env.database(_CONNECTIONS[PORTAL_DB_ROLE], application=f"portal-{PORTAL_DB_ROLE}")}
# A restore writes as the owner and compares as the role that sees all rows. No other program knows that role.
if PORTAL_DB_ROLE == "backup" and env.given("DATABASE_OWNER_URL"):
    DATABASES["owner"] = env.database("DATABASE_OWNER_URL", application="portal-restore")
BACKUP_KEY = env.hex_bytes("BACKUP_KEY", 32) if env.given("BACKUP_KEY") else None
# The audit page reads as a role of its own: the app's role can write audit lines and not read them.
if env.given("DATABASE_AUDIT_URL"):
    DATABASES["audit"] = env.database("DATABASE_AUDIT_URL", application="portal-audit") | {"ATOMIC_REQUESTS": False}
DATABASE_ROUTERS = ["portal.routers.OneSchema"]
# Demo users and their logins; never in production.
DEMO = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Apps, floors from the ground up -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "pgtrigger",
    "pghistory",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "csp",
    "django_celery_beat",
    "oauth2_provider",
    "accounts",
    "registry",
    "tagging",
    "data_return",
    "forms_engine",
    "portal",
]

MIDDLEWARE = [
    "portal.logging.RequestLogMiddleware",
    "portal.headers.SafeHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.busy.BusyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.bearer.OnlyTokenMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "accounts.middleware.ActivityMiddleware",
    "accounts.middleware.ActorMiddleware",
    "accounts.middleware.AccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Shapes the answer of a refused login; must see the login view's response before any other.
    "axes.middleware.AxesMiddleware",
    "portal.errors.DomainErrorMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portal.context.shell",
            ]
        },
    }
]

# Language, time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# Login, rights -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = [
    "accounts.hashing.SlottedArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# How many passwords a web process hashes at once, and how long the next one waits for its turn.
HASHING_SLOTS = env.number("HASHING_SLOTS", 2, lowest=1, highest=64)
HASHING_WAIT_SECONDS = 3
# gb: length, kinds of characters, history, rotation (GB/T 22239-2019). asvs: length, no guessable word (ASVS 5.0).
PASSWORD_PROFILE = env.choice("PASSWORD_PROFILE", ("gb", "asvs"), "gb")
AUTH_PASSWORD_VALIDATORS = passwords.VALIDATORS[PASSWORD_PROFILE]
PASSWORD_MAX_DAYS = passwords.MAX_DAYS[PASSWORD_PROFILE]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
ANONYMOUS_USER_NAME = None  # guardian: no made-up user that could be given rights
OTP_TOTP_ISSUER = "一表通"
# How long a second factor lets a person export and unmask before it is asked for again.
STEP_UP_SECONDS = env.number("STEP_UP_SECONDS", 5 * 60, lowest=30, highest=3600)
# Days that a password given by a manager opens the page on which its owner chooses another.
ONE_TIME_PASSWORD_DAYS = 14
# Days without a login after which an account is suspended.
UNUSED_ACCOUNT_DAYS = env.number("UNUSED_ACCOUNT_DAYS", 90, lowest=7, highest=3650)

# Login by an upstream identity provider over OpenID Connect; without an issuer there is no button.
OIDC_ISSUER = env.issuer("OIDC_ISSUER")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID") if OIDC_ISSUER else ""
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET") if OIDC_ISSUER else ""
OIDC_LABEL = env.text("OIDC_LABEL", "统一身份认证")
# Values of acr or amr that count as a second factor given there, such as "mfa,otp"; none: it is asked for here.
OIDC_SECOND_FACTOR = env.names("OIDC_SECOND_FACTOR") if env.given("OIDC_SECOND_FACTOR") else []

# django-axes asks before each password and shapes the refusal; what it asks is ours (accounts.guesses).
AXES_HANDLER = "accounts.login_gate.LoginGate"
AXES_CLIENT_IP_CALLABLE = "portal.network.client_address"
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_LOCKOUT_TEMPLATE = "accounts/locked_out.html"
AXES_VERBOSE = False  # its own lines carry the user name; ours are in the audit log

# Whom the portal may ask over the network (accounts.outbound); a file of certificates of the unit's own authority.
OUTBOUND_HOSTS = env.names("OUTBOUND_HOSTS") if env.given("OUTBOUND_HOSTS") else []
# Where departments leave files on this server: below it a folder for each department, named by its number.
EXCHANGE_FOLDER = env.text("EXCHANGE_FOLDER") if env.given("EXCHANGE_FOLDER") else ""
OUTBOUND_CA_FILE = env.text("OUTBOUND_CA_FILE") if env.given("OUTBOUND_CA_FILE") else ""

# How much one user may do: units, and the seconds in which they come back (accounts.limits). An export costs one unit
# for asking and one for each thousand rows.
LIMITS = env.limits(
    "LIMITS",
    {"search": (120, 60), "count": (30, 60), "import": (30, 3600), "export": (500, 3600), "unmask": (60, 3600)}
    | {"token": (60, 600), "event": (60, 60), "sign_on": (1200, 60)},
)

# Requests to the API that one user, or one machine, may send to one web process a minute.
API_PER_MINUTE = env.number("API_PER_MINUTE", 600, lowest=1, highest=1_000_000)

# Machines (接入系统): OAuth 2.0 client credentials and no other grant. People at other systems: the code flow, which
# `portal.sign_on` serves, with a signed identity (OIDC_...). Tokens are kept as SHA-256 sums, ten minutes.
OAUTH2_PROVIDER_APPLICATION_MODEL = "accounts.ClientSystem"
OAUTH2_PROVIDER = {
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",
    "OAUTH2_VALIDATOR_CLASS": "accounts.oauth.ClientValidator",
    "OIDC_ISS_ENDPOINT": PORTAL_ORIGIN,
    "OIDC_RSA_PRIVATE_KEY": SIGN_ON_KEYS[0] if SIGN_ON_KEYS else "",
    "OIDC_RSA_PRIVATE_KEYS_INACTIVE": SIGN_ON_KEYS[1:],
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "ID_TOKEN_EXPIRE_SECONDS": 300,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 12 * 60 * 60,
    "SCOPES_BACKEND_CLASS": "accounts.oauth.ClientScopes",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 600,
    "CLIENT_SECRET_GENERATOR_LENGTH": 48,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}

# Sessions and cookies: a working day, gone with the browser and when nobody works in them ---------------------
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = env.number("SESSION_IDLE_SECONDS", 30 * 60, lowest=60, highest=12 * 60 * 60)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
KNOWN_BROWSER_COOKIE_NAME = "browser"
CSRF_COOKIE_SAMESITE = "Lax"
# A notice may name a resident, and a cookie stays on a shared computer.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_TRUSTED_ORIGINS = [PORTAL_ORIGIN]

# What a browser may load: nothing from another host, no inline script or style without the page's nonce -------
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        # The arrows and ticks of Bootstrap's style sheet, and the QR code of the second factor.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Files -------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT: Path | None = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Nothing that must be shared lives in a cache: the truth is in PostgreSQL, and Redis may be lost at any moment.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "shared": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "recall",
        "OPTIONS": {"serializer": "accounts.recall.Json", "socket_connect_timeout": 1, "socket_timeout": 1},
    },
}

# Queue: a message only wakes a worker, the job is a row in PostgreSQL -----------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 8.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 15 * 60,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    "socket_keepalive": True,
}
# Last run times in PostgreSQL: beat's own file can be left broken by a kill -9.
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SCHEDULE = {
    "remove-expired-exports": {"task": "forms_engine.tasks.remove_expired_exports_task", "schedule": 3600.0},
    "clear-sessions": {"task": "accounts.tasks.clear_sessions_task", "schedule": 3600.0},
    "seal-audit": {"task": "accounts.tasks.seal_audit_task", "schedule": 60.0, "options": {"expires": 60}},
    "verify-audit": {"task": "accounts.tasks.verify_audit_task", "schedule": crontab(hour="1", minute="30")},
    "expire-audit": {"task": "accounts.tasks.expire_audit_task", "schedule": crontab(hour="2", minute="30")},
    "forget-tokens": {"task": "accounts.tasks.forget_tokens_task", "schedule": 3600.0},
    "forget-spendings": {"task": "accounts.tasks.forget_spendings_task", "schedule": 3600.0},
    "suspend-unused": {"task": "accounts.tasks.suspend_unused_task", "schedule": crontab(hour=3, minute=20)},
    "refresh-changed-tags": {
        "task": "tagging.tasks.refresh_changed_task",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "refresh-all-tags": {"task": "tagging.tasks.refresh_all_task", "schedule": crontab(hour="0", minute="10")},
    "work-off-events": {
        "task": "data_return.tasks.work_off_events_task",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "resume-pushes": {"task": "data_return.tasks.resume_pushes_task", "schedule": 5.0, "options": {"expires": 10}},
    "resume-pulls": {"task": "data_return.tasks.resume_pulls_task", "schedule": 5.0, "options": {"expires": 10}},
    "forget-runs": {"task": "data_return.tasks.forget_runs_task", "schedule": crontab(hour="3", minute="45")},
    "forget-events": {"task": "data_return.tasks.forget_events_task", "schedule": crontab(hour="3", minute="40")},
    "end-sign-ons": {"task": "portal.tasks.end_sign_ons_task", "schedule": 30.0, "options": {"expires": 30}},
    "forget-sign-ons": {"task": "portal.tasks.forget_sign_ons_task", "schedule": crontab(hour="3", minute="50")},
    "watch-systems": {"task": "portal.tasks.watch_systems_task", "schedule": 300.0, "options": {"expires": 300}},
    "retire-systems": {"task": "portal.tasks.retire_systems_task", "schedule": crontab(hour="0", minute="5")},
    "record-reporters-steps": {
        "task": "portal.tasks.record_reporters_steps_task",
        "schedule": crontab(hour="0", minute="20"),
    },
    "count-burden": {"task": "portal.tasks.count_burden_task", "schedule": 15.0, "options": {"expires": 15}},
    "count-open-burden": {"task": "portal.tasks.count_open_burden_task", "schedule": crontab(hour="0", minute="40")},
    "resume-jobs": {"task": "accounts.tasks.resume_jobs_task", "schedule": 5.0, "options": {"expires": 10}},
}

# API ---------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.bearer.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": f"{API_PER_MINUTE}/min"},
    "NUM_PROXIES": TRUSTED_PROXIES,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "一表通 API",
    "VERSION": "1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.api.describing.describe_operations",
    ],
    "ENUM_NAME_OVERRIDES": {
        "VersionState": "forms_engine.models.FormVersion.State",
        "ReportState": "forms_engine.models.Report.State",
        "JobState": "accounts.models.Job.State",
    },
}

LOGGING = logging_config(LOG_LEVEL)
