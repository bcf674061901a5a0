from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    """The leaf kit. Its tables are those that every app writes to: the mail outbox and what watches over use."""

    name = "crm.common"
    label = "common"
    verbose_name = _("Operation")

    def ready(self) -> None:
        # crm.common.admin, where Django looks, is the base that all use: what registers is in the rooms.
        from crm.common.audit import admin as audit  # noqa: F401, PLC0415 - Django not ready
        from crm.common.audit import guarding  # noqa: PLC0415 - Django not ready
        from crm.common.company import admin as company  # noqa: F401, PLC0415 - Django not ready
        from crm.common.outbox import admin as outbox  # noqa: F401, PLC0415 - Django not ready

        post_migrate.connect(guarding.install, sender=self)
