from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from crm.common.navigation import NavItem, register
        from customers import checks  # noqa: F401 - registers
        from customers.importing import specs

        specs.register_all()

        for label, url_name, icon, permission, order in (
            (_("Customers"), "customers:list", "address-book", "customers.view_customer", 10),
            (_("Imports"), "customers:imports", "file-import", "customers.import_data", 20),
            (_("Tiers"), "customers:tiers", "medal", "customers.view_tier", 30),
        ):
            register(NavItem(label=label, url_name=url_name, icon=icon, permission=permission, order=order))
