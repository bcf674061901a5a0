"""The kinds of files of the customers app; `register_all` is called when the app starts."""

from customers.importing.registry import register
from customers.importing.specs import calls, contacts, customers, interactions, invoices, orders, payments, products


def register_all() -> None:
    for module in (customers, contacts, products, orders, invoices, payments, interactions, calls):
        register(module.SPEC)
