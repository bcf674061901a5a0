"""Settings of the tests: the product's own, against services whose data may be lost.

Unless `DATABASE_URL` / `REDIS_URL` name others, the tests have their own PostgreSQL and Redis below `<state>/test`,
with fsync off; the product's data are never touched.
"""

import os

from tests import notes

notes.begin_where_wanted()

from crm.embedded import services  # noqa: E402
from crm.embedded.places import load_dotenv, var_dir  # noqa: E402

load_dotenv()
TEST_VAR = var_dir() if os.environ.get("CRM_TESTING") else var_dir() / "test"
os.environ |= {"CRM_TESTING": "1", "CRM_VAR": str(TEST_VAR), "CRM_ENV": "local", "DEBUG": "0", "CRM_PROCESS": "manage"}
services.start(TEST_VAR, durable=False)

from crm.settings import *  # noqa: E402, F403

# Two test processes that share a Redis do not see each other's keys.
REDIS_PREFIX = f"test-{os.getpid()}:"
CACHES["default"]["KEY_PREFIX"] = f"{REDIS_PREFIX}cache"  # noqa: F405
CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = f"{REDIS_PREFIX}jobs:"  # noqa: F405
# Nothing is collected for tests that render a page in this process; the live server serves the collected files.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
STATIC_ROOT = TEST_VAR / "staticfiles"  # commands under these settings leave what the live server serves alone
# The company is what the migrations made it; a test that changes it says so.
CRM_COMPANY_REFRESH_S = None
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
