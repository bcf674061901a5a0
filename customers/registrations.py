"""What each room hangs into the registries, said in one place."""

from django.utils.translation import gettext_lazy as _

from crm.common import navigation
from customers import registry
from customers.identity import import_contacts, import_customers
from customers.importing.registry import register as register_import
from customers.interactions import import_interactions, last_contact, matching
from customers.interactions.telephony import import_calls
from customers.registry import SearchProvider, TieredFact
from customers.trade import import_invoices, import_orders, import_payments, import_products, numbers

IMPORTS = (
    import_customers, import_contacts, import_products, import_orders, import_invoices, import_payments,
    import_interactions, import_calls,
)  # fmt: skip
TIERED_FACTS = (
    TieredFact(table="customers_order"),
    TieredFact(
        table="customers_orderline", customer="o.customer_id", source="customers_order o", join="o.id = f.order_id"
    ),
    TieredFact(table="customers_invoice", day="f.due_on"),
    TieredFact(table="customers_interaction"),
    TieredFact(
        table="customers_call",
        customer="i.customer_id",
        source="customers_interaction i",
        join="i.id = f.interaction_id",
    ),
)
NAVIGATION = (
    (_("Customers"), "customers:list", "address-book", "customers.view_customer", 10),
    (_("Imports"), "customers:imports", "file-import", "customers.import_data", 20),
    (_("Tiers"), "customers:tiers", "medal", "customers.view_tier", 30),
)


def register_all() -> None:
    for module in IMPORTS:
        register_import(module.SPEC)
    for fact in TIERED_FACTS:
        registry.register_tiered_fact(fact)
    registry.register_points_changed(matching.rematch)
    registry.register_moved(last_contact.refresh_last_contact)
    registry.register_search_provider(SearchProvider(key="numbers", arm=numbers.customers_by_number))
    for label, url_name, icon, permission, order in NAVIGATION:
        navigation.register(
            navigation.NavItem(label=label, url_name=url_name, icon=icon, permission=permission, order=order)
        )
