from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from customers import checks, registrations  # noqa: F401, PLC0415 - Django not ready
        from customers.importing.feeds import environment  # noqa: PLC0415 - Django not ready

        environment.check()
        registrations.register_all()
