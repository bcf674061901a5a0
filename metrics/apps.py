from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MetricsConfig(AppConfig):
    name = "metrics"
    verbose_name = _("Metrics")

    def ready(self) -> None:
        from crm.common.hooks import after_facts_changed
        from customers.importing.registry import register
        from metrics import navigation
        from metrics.engine.waking import wake_recompute
        from metrics.programme import import_costs as importing

        register(importing.LEDGER)
        register(importing.COSTS)
        after_facts_changed.append(wake_recompute)
        navigation.register_all()
