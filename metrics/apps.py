from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MetricsConfig(AppConfig):
    name = "metrics"
    verbose_name = _("Metrics")

    def ready(self) -> None:
        from customers.importing.registry import register
        from metrics import importing

        register(importing.LEDGER)
        register(importing.COSTS)
