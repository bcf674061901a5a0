"""Somebody has asked, and what stands here is right: the customer is fresh without a change."""

from datetime import datetime

from django.db import connection, transaction

from accounts.models import User
from crm.common import versions
from crm.common.audit.recording import record
from customers.identity.editing import confirm_typed
from customers.identity.holding import CustomerGone, refuse_erased
from customers.identity.hygiene.marking import mark
from customers.identity.survivorship import FIELDS
from customers.models import Customer


def confirm_customer(*, customer: Customer, by: User, now: datetime, seen: str) -> None:
    """All fields as they stand. Raises CustomerGone, PersonErased, ChangedMeanwhile unless they are as `seen`."""
    with transaction.atomic(), connection.cursor() as cursor:
        current = Customer.objects.select_for_update(no_key=True).filter(pk=customer.pk).first()
        if current is None:
            raise CustomerGone
        refuse_erased(current)
        versions.check_seen(current, seen, FIELDS)
        confirm_typed(customer=current, now=now)
        mark(cursor, [current.pk])
        record(what="customers.confirmed", by=by, count=1, details={"customer": current.pk})
