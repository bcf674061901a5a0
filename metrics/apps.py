from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MetricsConfig(AppConfig):
    name = "metrics"
    verbose_name = _("Metrics")

    def ready(self) -> None:
        from metrics import registrations  # noqa: PLC0415 - Django not ready
        from metrics.engine import installing  # noqa: PLC0415 - Django not ready

        registrations.register_all()
        post_migrate.connect(installing.install_after_migrate, sender=self)
