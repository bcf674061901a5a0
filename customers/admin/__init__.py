"""Django admin for administrators: every model, usable at a million rows, writing through the domain."""

from customers.admin import sources
from customers.identity import admin as who
from customers.interactions import admin as log
from customers.tiers import admin as tiers
from customers.trade import admin as trade

__all__ = ["log", "sources", "tiers", "trade", "who"]
