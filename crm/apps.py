from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class CrmConfig(AppConfig):
    """The project itself: pages and commands that belong to no single app."""

    name = "crm"


class CrmAdminConfig(AdminConfig):
    """Django admin; the site class is set here so that every app registers with it."""
