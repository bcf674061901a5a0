from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    """The leaf kit. Its tables are those that every app writes to: the mail outbox and what watches over use."""

    name = "crm.common"
    label = "common"
    verbose_name = _("Operation")

    def ready(self) -> None:
        from crm.common.outbox import admin  # noqa: F401 - registers; crm.common.admin itself is the base that all use
