"""What the room of trade holds on a person: what was bought and paid stays, and names nobody."""

from typing import Final

from customers.models import CustomerFigures, FigureMark, Invoice, Order, OrderLine, Payment, Repair
from customers.registry.personal import Holding

BUSINESS: Final = "a business record of amounts and days; it names nobody"
_LINES: Final = "f.order_id IN (SELECT o.id FROM customers_order o WHERE o.customer_id = ANY(%(customers)s))"
_OURS: Final = ("amount_company", "cost_company", "tier", "unit_cost")

HOLDINGS: Final = (
    Holding(model=Order, records="orders", because=BUSINESS, hides=_OURS),
    Holding(model=OrderLine, customer=_LINES, because=BUSINESS, hides=_OURS),
    Holding(model=Invoice, records="invoices", because=BUSINESS, hides=_OURS),
    Holding(model=Payment, records="payments", because=BUSINESS),
    Holding(
        model=Repair, blanks={"description": "''"}, is_large=True, records="repairs", hides=("cost",),
        because="when what was mended; its description goes",
    ),
    Holding(model=CustomerFigures, because="sums of the records above"),
    Holding(model=FigureMark, exported=False, because="a number alone, until the figures have followed"),
)  # fmt: skip
