from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class CrmConfig(AppConfig):
    """The project itself: pages and commands that belong to no single app."""

    name = "crm"

    def ready(self) -> None:
        # Tasks bind to the current Celery application; here, not in crm/__init__, so that set-up runs without Celery.
        from crm import celery  # noqa: F401, PLC0415 - Django not ready


class CrmAdminConfig(AdminConfig):
    """Django admin; the site class is set here so that every app registers with it."""

    default_site = "crm.admin_site.CrmAdminSite"
