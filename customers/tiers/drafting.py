"""Tiers and drafts of policies as administrators edit them."""

from django.db import transaction
from django.utils.translation import gettext as _

from crm.common.versions import lock_as_seen
from customers.models import Tier, TierPolicy
from customers.tiers.tiering import AlreadyPublished, find_policy, read_rules


def save_tier(*, tier: Tier, seen: str | None = None) -> Tier:
    """Add or change a tier: what it entitles to counts from now on; who is in it is the policy's to say.

    Raises ChangedMeanwhile unless it is as `seen`, InvalidPolicy where the policy in force would no longer read:
    it names tiers by their key, best first.
    """
    with transaction.atomic():
        lock_as_seen(tier, seen)
        tier.save()
        if policy := find_policy():
            read_rules(rules=policy.rules, tiers={tier.key: tier for tier in Tier.objects.all()})
    return tier


def save_draft(*, policy: TierPolicy, seen: str | None = None) -> TierPolicy:
    """Add or change a policy that is not published yet; its rules must be applicable (InvalidPolicy).

    Raises ChangedMeanwhile unless it is as `seen`.
    """
    with transaction.atomic():
        if policy.pk and not TierPolicy.objects.select_for_update().filter(pk=policy.pk, published_at=None).exists():
            raise AlreadyPublished(_("Version %(version)d is published already.") % {"version": policy.version})
        lock_as_seen(policy, seen)
        read_rules(rules=policy.rules, tiers={tier.key: tier for tier in Tier.objects.all()})
        policy.save()
    return policy
