"""All settings, from the environment. Defaults are safe; `.env.example` lists what can be set."""

import gc
import os
from pathlib import Path

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from crm import databases, logs
from crm.common.limits.rates import Rate
from crm.embedded import addresses, services
from crm.embedded.places import load_dotenv, var_dir
from crm.embedded.secret import secret_of
from crm.schedule import SCHEDULE

gc.disable()  # while everything is imported, which stays; the last application to be ready switches it on
django_stubs_ext.monkeypatch()  # lets forms, admins and views name their model: ModelForm[User]

BASE_DIR = Path(__file__).resolve().parent.parent
load_dotenv()
env = environ.Env()

# `production` insists on a secret and on HTTPS; anything else is this machine, for its own user.
PRODUCTION = env.str("CRM_ENV", default="local") == "production"

# All state that is not in the database: embedded services, uploads, logs.
VAR_DIR = var_dir()
(VAR_DIR / "tmp").mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = secret_of(env.str("SECRET_KEY", default=""), var=VAR_DIR, production=PRODUCTION)
# Those of before, and the one that erased people are known by: docs/operations.md.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
CRM_SUPPRESSION_KEY = env.str("CRM_SUPPRESSION_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_celery_beat",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "template_partials",
    "crm.common",
    "accounts",
    "customers",
    "service",
    "metrics",
    "demo",
    "crm.apps.CrmConfig",
    "crm.apps.CrmAdminConfig",
]

MIDDLEWARE = [
    "crm.middleware.request_log",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.NothingKeptMiddleware",
    "accounts.middleware.SignInMiddleware",
    "accounts.middleware.AccountLanguageMiddleware",
    "crm.middleware.company_time",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "customers.identity.merging.leading.LeadToSurvivors",
    "crm.middleware.no_session_while_it_arrives",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
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
                "crm.common.context_processors.frame",
            ],
        },
    }
]

# Services: the embedded ones of this checkout unless the environment names others; an empty name is none.
addresses.check()
_embedded = services.urls(VAR_DIR) or ("postgres://crm@127.0.0.1:5432/crm", "redis://127.0.0.1:6379/0")
_database_url = env.str("DATABASE_URL", default="")
# web, worker, beat or manage, as the program says of itself; one that says nothing serves.
_process = env.str("CRM_PROCESS", default="crm")
DATABASES = {
    "default": databases.connecting(
        env.db_url_config(_database_url or _embedded[0]),
        process=_process,
        # Set by crm/wsgi.py only: a pool does not survive the forks of the worker.
        pool=env.int("DATABASE_POOL", default=0),
    )
}
# Off where something between here and the database gives each transaction another session (crm.common.prepared).
DATABASE_PREPARES = env.bool("DATABASE_PREPARES", default=True)
# The role that owns the tables, for commands that change them (crm.owner). None where the application's role does all,
# and in all that is not a command: it has no use for it, and forgets its address.
_owner_url: str | None = None
if _process != "manage":
    os.environ.pop("DATABASE_OWNER_URL", None)
elif _database_url:
    _owner_url = env.str("DATABASE_OWNER_URL", default="")
else:
    _owner_url = services.owner_url(VAR_DIR)
CRM_DATABASE_OWNER = databases.connecting(env.db_url_config(_owner_url), process=_process) if _owner_url else None

REDIS_URL = env.str("REDIS_URL", default="") or _embedded[1]
# Copies that share one Redis keep apart by this prefix.
REDIS_PREFIX = env.str("REDIS_PREFIX", default="crm:")
CACHES = {
    "default": {
        "BACKEND": "crm.common.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{REDIS_PREFIX}cache",
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}
# In the database, not in the cache: nobody is signed out when Redis goes or comes back with old values.
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_SAMESITE = "Lax"

# Jobs. The database is the queue of record, so results are not kept and a lost message only delays.
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": f"{REDIS_PREFIX}jobs:",
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "socket_keepalive": True,
    "retry_on_timeout": False,
    "visibility_timeout": 4 * 60 * 60,  # longer than any task may run
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 3 * 60 * 60
CELERY_TASK_TIME_LIMIT = CELERY_TASK_SOFT_TIME_LIMIT + 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000  # KB; a child that grew beyond is replaced after its task
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CRM_WORKER_PATIENCE_S = env.float("CRM_WORKER_PATIENCE_S", default=180)  # see crm/worker_watch.py
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "crm.beat:Scheduler"
DJANGO_CELERY_BEAT_TZ_AWARE = True
CELERY_BEAT_SCHEDULE = SCHEDULE

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.StaffBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.StaffAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    "change_password": "accounts.sign_in_forms.PasswordChangeForm",
    "reset_password": "accounts.sign_in_forms.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.sign_in_forms.NewPasswordForm",
}
# Its limits are kept in the cache, so none would hold while Redis is down, and some lock out everybody behind one
# address. `accounts.domain.guessing` counts instead. A passkey cannot be guessed: only a flood is held back.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
MFA_FORMS = {
    "authenticate": "accounts.sign_in_forms.SecondStepForm",
    "reauthenticate": "accounts.sign_in_forms.SecondStepAgainForm",
}
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = None
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Baseline CRM"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
# The company's zone is the database's (see crm.common.company); this one is for the moments before it is read.
TIME_ZONE = env.str("CRM_TIME_ZONE", default="UTC")

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Nothing is gained, or hardly any browser asks for it: fonts for those without woff2, maps of what is minified.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("png", "jpg", "gif", "webp", "woff", "woff2", "ttf", "map")
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_FINDERS = [
    "crm.staticfiles.ServedFilesFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/tabler/css", NODE_MODULES / "@tabler/core/dist/css"),
    ("vendor/tabler/js", NODE_MODULES / "@tabler/core/dist/js"),
    ("vendor/icons", NODE_MODULES / "@tabler/icons-webfont/dist"),
    ("vendor/echarts", NODE_MODULES / "echarts/dist"),
]
# Who reads changes nothing that is tracked: their statements go as they are.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

MEDIA_ROOT = VAR_DIR / "uploads"
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "crm.common.files.TemporaryUploadHandler",
]
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "tmp"
FILE_UPLOAD_PERMISSIONS = 0o600
# What an upload may weigh; forms refuse more with a message.
CRM_UPLOAD_MAX_MB = env.int("CRM_UPLOAD_MAX_MB", default=2048)
# What a file that is kept with a customer may weigh.
CRM_ATTACHMENT_MAX_MB = env.int("CRM_ATTACHMENT_MAX_MB", default=25)
# Days until an upload is deleted after its import is over; 0 keeps uploads for ever.
CRM_KEEP_UPLOADS_DAYS = env.int("CRM_KEEP_UPLOADS_DAYS", default=30)
if CRM_KEEP_UPLOADS_DAYS < 0:
    raise ImproperlyConfigured("CRM_KEEP_UPLOADS_DAYS must be 0 (for ever) or a number of days.")
# How long the first rows of an upload may take to read, for the page that maps its columns.
CRM_PREVIEW_SECONDS = env.int("CRM_PREVIEW_SECONDS", default=20)
CRM_LIMITS = {  # how often one user, of "api" one token, may ask for what costs
    "search": Rate.parse(env.str("CRM_LIMIT_SEARCH", default="120/1m")),
    "export": Rate.parse(env.str("CRM_LIMIT_EXPORT", default="20/10m")),
    "upload": Rate.parse(env.str("CRM_LIMIT_UPLOAD", default="30/10m")),
    "api": Rate.parse(env.str("CRM_LIMIT_API", default="6000/1m")),
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Browsers: nothing inline, nothing from elsewhere.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "crm.failures.page_too_old"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=60 * 60 * 24 * 365)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if env.bool("BEHIND_PROXY", default=False):
        # Only behind a proxy that sets this header itself; else anyone could claim HTTPS.
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        # The proxies append the address they saw: what a visitor claims in front of that is not believed.
        ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1)

LOGGING = logs.configure(as_json=env.bool("LOG_JSON", default=PRODUCTION), level=env.str("LOG_LEVEL", default="INFO"))

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
# A mail server that says nothing for so long counts as gone; each step of a conversation has this long.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT_S", default=15)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Baseline CRM <crm@localhost>")

# Whether `make run` loads the demo company into an empty database.
CRM_DEMO = env.bool("CRM_DEMO", default=not PRODUCTION)

# What a new database begins with; from then on the database holds. A start whose environment differs is refused.
CRM_FIRST_CURRENCY = env.str("CRM_CURRENCY", default="EUR")
KPI_FIRST_RULES = {
    "answer_within_s": env.int("KPI_ANSWER_WITHIN_S", default=20),
    "short_abandon_s": env.int("KPI_SHORT_ABANDON_S", default=5),
    "repeat_window_hours": env.int("KPI_REPEAT_WINDOW_HOURS", default=168),
}
CRM_ENVIRONMENT = {
    name: env.str(name, default="")
    for name in (
        *("CRM_TIME_ZONE", "CRM_CURRENCY"),
        *("KPI_ANSWER_WITHIN_S", "KPI_SHORT_ABANDON_S", "KPI_REPEAT_WINDOW_HOURS"),
    )
}
# How old a process's knowledge of the company and of the KPI rules may be; None: as old as the process.
CRM_COMPANY_REFRESH_S: float | None = 5.0
# Under which address people find the product, for links in mails and calendars; without one they have none.
CRM_URL = env.str("CRM_URL", default="")
# What a phone number without a country code means.
CRM_COUNTRY = env.str("CRM_COUNTRY", default="DE")
# What a year of waiting costs: the discount rate of present values.
CRM_DISCOUNT_RATE = env.str("CRM_DISCOUNT_RATE", default="0.10")

# Connections a recompute rebuilds months on at once.
KPI_RECOMPUTE_WORKERS = env.int("KPI_RECOMPUTE_WORKERS", default=2)
