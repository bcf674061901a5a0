import gc

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class CrmConfig(AppConfig):
    """The project itself: pages and commands that belong to no single app."""

    name = "crm"

    def ready(self) -> None:
        # Tasks bind to the current Celery application; here, not in crm/__init__, so that set-up runs without Celery.
        from crm import celery, checks, granting, threads, words  # noqa: F401, PLC0415 - Django not ready

        threads.keep_by_thread()
        words.look_up_once()
        # Django asks only apps that have models; all tables are there by the time it asks the first.
        post_migrate.connect(granting.grant_after_migrate, sender=apps.get_app_config("common"))


class CrmAdminConfig(AdminConfig):
    """Django admin; the site class is set here so that every app registers with it."""

    default_site = "crm.admin_site.CrmAdminSite"

    def ready(self) -> None:
        super().ready()
        # What has been imported stays: no collection of garbage looks through it, nor copies it in a forked process.
        gc.freeze()
        gc.enable()
