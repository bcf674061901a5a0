from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from crm.common.navigation import SET_UP, NavItem, register
from crm.common.outbox.writers import register_writer


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Staff")

    def ready(self) -> None:
        from accounts.domain import recovery  # noqa: PLC0415 - Django not ready
        from accounts.domain.permissions import grant_everything_to_administrators  # noqa: PLC0415 - Django not ready

        register(
            NavItem(
                label=_("Administration"),
                url_name="admin:index",
                icon="settings",
                permission="accounts.change_user",
                order=90,
                group=SET_UP,
            )
        )
        register_writer(recovery.KIND, recovery.write_reset_letter)
        post_migrate.connect(grant_everything_to_administrators)
