"""Who wants to know what happens with a customer."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from crm.common.retrying import retried
from customers.identity.holding import hold
from customers.models import Customer, Follow


@retried
def follow(*, customer: Customer, user: User, now: datetime) -> Follow:
    """What happens from now on is told. Twice is once. Raises CustomerGone."""
    with transaction.atomic():
        made, _new = Follow.objects.get_or_create(
            customer=hold(customer), user=user, defaults={"since": now, "told_until": now}
        )
    return made


def unfollow(*, customer: Customer, user: User) -> None:
    Follow.objects.filter(customer=customer, user=user).delete()
