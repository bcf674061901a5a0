"""Django admin for administrators: every model, usable at a million rows, writing through the domain."""

from customers.identity import admin as who
from customers.importing import admin as sources
from customers.interactions import admin as log
from customers.tiers import admin as tiers
from customers.trade import admin as trade

__all__ = ["log", "sources", "tiers", "trade", "who"]
