"""Django admin for administrators: every model, usable at a million rows, writing through the domain."""

from customers.identity import admin as identity
from customers.identity.hygiene import admin as hygiene
from customers.importing import admin as importing
from customers.interactions import admin as interactions
from customers.page import admin as page
from customers.tiers import admin as tiers
from customers.trade import admin as trade

__all__ = ["hygiene", "identity", "importing", "interactions", "page", "tiers", "trade"]
