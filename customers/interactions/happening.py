"""Contacts and notes, as those who follow a customer are told of them."""

from typing import Final

from django.utils.translation import ngettext

from customers.registry.happening import Happening

# By when it was logged or imported: an index over ranges of the table.
CONTACTS: Final = Happening(
    key="contacts",
    rows="""SELECT customer_id, created_at AS at, agent_id AS by_id FROM customers_interaction
WHERE created_at > %(since)s AND created_at <= %(until)s AND is_contact AND customer_id IS NOT NULL""",
    words=lambda n: ngettext("%(n)d new contact", "%(n)d new contacts", n) % {"n": n},
    order=10,
)
NOTES: Final = Happening(
    key="notes",
    rows="""SELECT customer_id, created_at AS at, created_by_id AS by_id FROM customers_note
WHERE created_at > %(since)s AND created_at <= %(until)s""",
    words=lambda n: ngettext("%(n)d new note", "%(n)d new notes", n) % {"n": n},
    order=40,
)
