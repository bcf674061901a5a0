"""Facts that follow their customers' tiers, and columns that follow from other rows."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from customers.identity import respelling
from customers.identity.hygiene import following as hygiene
from customers.identity.relating.checking import find_groups, mend_groups
from customers.interactions import last_contact
from customers.interactions.telephony import checking
from customers.registry.derived import Derived
from customers.registry.tiered_facts import TieredFact
from customers.trade import deriving, figures

TIERED_FACTS: Final = (
    TieredFact(table="customers_order", moment="f.placed_at"),
    TieredFact(table="customers_invoice", day="f.due_on"),
    TieredFact(table="customers_interaction", moment="f.occurred_at"),
    TieredFact(
        table="customers_call",
        customer="i.customer_id",
        moment="i.occurred_at",  # when the call came: whoever writes calls writes both
        source="customers_interaction i",
        join="i.id = f.interaction_id",
    ),
)
# In this order: the last contact follows from contacts that calls bring, figures from lines and invoices.
DERIVED: Final = (
    Derived(
        key="order_line",
        label=_("order lines"),
        table="customers_orderline",
        find=deriving.find_lines,
        mend=deriving.mend_lines,
    ),
    Derived(
        key="invoice",
        label=_("invoices"),
        table="customers_invoice",
        find=deriving.find_invoices,
        mend=deriving.mend_invoices,
    ),
    Derived(
        key="payment",
        label=_("payments"),
        table="customers_payment",
        find=deriving.find_payments,
        mend=deriving.mend_payments,
    ),
    Derived(key="call", label=_("calls"), table="customers_call", find=checking.find_calls, mend=checking.mend_calls),
    Derived(
        key="last_contact",
        label=_("customers"),
        table="customers_customer",
        find=last_contact.find_last_contact,
        mend=last_contact.refresh_last_contact,
    ),
    Derived(
        key="figures",
        label=_("figures of customers"),
        table="customers_customer",
        find=figures.find_figures,
        mend=figures.mend_figures,
    ),
    Derived(
        key="customer_spelling",
        label=_("customers"),
        table="customers_customer",
        find=respelling.find_customers,
        mend=respelling.mend_customers,
    ),
    Derived(
        key="hygiene",
        label=_("hygiene of customers"),
        table="customers_customer",
        find=hygiene.find_hygiene,
        mend=hygiene.mend_hygiene,
    ),
    Derived(
        key="groups", label=_("groups of customers"), table="customers_customer", find=find_groups, mend=mend_groups
    ),
    Derived(
        key="contact_spelling",
        label=_("contacts"),
        table="customers_contact",
        find=respelling.find_contacts,
        mend=respelling.mend_contacts,
    ),
)
