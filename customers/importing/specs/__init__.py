"""The kinds of files of the customers app; `register_all` is called when the app starts."""

from customers.identity import import_contacts as contacts
from customers.identity import import_customers as customers
from customers.importing.registry import register
from customers.interactions import import_interactions as interactions
from customers.interactions.telephony import import_calls as calls
from customers.trade import (
    import_invoices as invoices,
)
from customers.trade import (
    import_orders as orders,
)
from customers.trade import (
    import_payments as payments,
)
from customers.trade import (
    import_products as products,
)


def register_all() -> None:
    for module in (customers, contacts, products, orders, invoices, payments, interactions, calls):
        register(module.SPEC)
