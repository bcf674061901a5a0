"""What the columns of files are called on the page that maps them; commands and mapping files use their keys."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COLUMN_WORDS: Final[Mapping[str, Promise]] = {
    "external_id": _("Number in that system"),
    "customer_external_id": _("Number of the customer"),
    "order_external_id": _("Number of the order"),
    "invoice_external_id": _("Number of the invoice"),
    "kind": _("Kind"),
    "name": _("Name"),
    "tax_id": _("Tax ID"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "address": _("Address"),
    "city": _("City"),
    "region": _("Region"),
    "country": _("Country"),
    "postcode": _("Postcode"),
    "industry": _("Industry"),
    "language": _("Language"),
    "birth_date": _("Date of birth"),
    "job_title": _("Job title"),
    "group": _("Product group"),
    "unit_cost": _("Unit cost"),
    "placed_at": _("Placed"),
    "status": _("State"),
    "currency": _("Currency"),
    "product_code": _("Number of the product"),
    "product_name": _("Product"),
    "quantity": _("Quantity"),
    "unit_price": _("Unit price"),
    "team": _("Team"),
    "issued_on": _("Issued"),
    "due_on": _("Due"),
    "amount": _("Amount"),
    "paid_on": _("Paid on"),
    "contact_value": _("Phone or e-mail used"),
    "channel": _("Channel"),
    "direction": _("Direction"),
    "purpose": _("Purpose"),
    "subject": _("Subject"),
    "body": _("Notes"),
    "occurred_at": _("When"),
    "agent_email": _("E-mail of who answered"),
    "duration_s": _("Duration in seconds"),
    "outcome": _("Outcome"),
    "survey": _("Survey"),
    "answered_at": _("Answered on"),
    "value": _("Answer"),
    "comment": _("Comment"),
    "month": _("Month"),
    "revenue": _("Revenue"),
    "cost_of_sales": _("Cost of sales"),
    "operating_cost": _("Operating cost"),
    "date": _("Date"),
    "category": _("Category"),
    "phase": _("Phase"),
    "planned": _("Planned"),
    "actual": _("Actual"),
    "note": _("Note"),
    "went_live_on": _("Went live on"),
    "transition_months": _("Months of transition"),
    "from": _("From"),
    "to": _("To"),
    "kpis": _("KPIs it touches"),
}


def column_words(name: str) -> str:
    """In the reader's language; the key itself of what only machines write, such as the events of a queue log."""
    return str(COLUMN_WORDS.get(name, name))
