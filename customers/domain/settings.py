"""What an administrator sets: source systems, tiers, drafts of the tier policy, exchange rates, product groups."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from customers.domain.tiering import read_rules
from customers.models import ExchangeRate, Product, ProductGroup, SourceSystem, Tier, TierPolicy


class PublishedPolicyIsFixed(DomainError):
    """A published version is what past assignments were decided by; a change is a new version."""


def save_setting(*, row: SourceSystem | Tier | ExchangeRate | ProductGroup | Product) -> None:
    """Save a row that stands for itself; its constraints say what is wrong with it."""
    with transaction.atomic():
        row.save()


def check_rules(*, rules: Sequence[Mapping[str, Any]]) -> None:
    """Raise the DomainError that says which rule cannot be read and why."""
    read_rules(rules=rules, tiers={tier.key: tier for tier in Tier.objects.all()})


def save_draft(*, policy: TierPolicy) -> None:
    """Save a version of the policy that is not published yet."""
    with transaction.atomic():
        if TierPolicy.objects.filter(pk=policy.pk, published_at__isnull=False).exists():
            raise PublishedPolicyIsFixed(_("A published policy is not edited: make a new version."))
        check_rules(rules=policy.rules)
        policy.save()
