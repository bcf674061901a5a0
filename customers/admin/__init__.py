"""Django admin for administrators: every model, usable at a million rows, writing through the domain."""

from customers.admin import log, sources, tiers, trade, who

__all__ = ["log", "sources", "tiers", "trade", "who"]
