from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceConfig(AppConfig):
    name = "service"
    verbose_name = _("Service")

    def ready(self) -> None:
        from customers.importing.registry import register  # noqa: PLC0415 - Django not ready
        from customers.registry import Panel, TieredFact, register_panel, register_tiered_fact  # noqa: PLC0415 - Django not ready
        from service import importing  # noqa: PLC0415 - Django not ready
        from service.panels import last_survey  # noqa: PLC0415 - Django not ready

        register(importing.SPEC)
        register_tiered_fact(TieredFact(table="service_surveyanswer"))
        register_panel(
            Panel(
                key="last-survey",
                title=_("Last survey"),
                template="service/last_survey_panel.html",
                context=last_survey,
                permission="service.view_surveyanswer",
                order=40,
            )
        )
