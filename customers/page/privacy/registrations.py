"""What privacy hangs into the registries: what each room holds on a person, and the way to its pages."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from crm.common import navigation
from customers.identity.privacy import held as identity_held
from customers.identity.privacy.refusing import erased_among, refuse_erased
from customers.interactions import held as interactions_held
from customers.querysets.privacy import EXPORTS
from customers.registry import listening, page
from customers.registry.personal import register_holding
from customers.trade import held as trade_held

ACTION: Final = page.Action(
    key="privacy", label=_("Privacy"), url_name="customers:privacy", icon="shield-lock", permission=EXPORTS, order=40,
    of_erased=True,
)  # fmt: skip
REQUESTS: Final = navigation.NavItem(
    label=_("Privacy requests"), url_name="customers:privacy_requests", icon="shield-lock", permission=EXPORTS,
    order=45, group=navigation.SET_UP,
)  # fmt: skip


def register_privacy() -> None:
    for holding in (*interactions_held.HOLDINGS, *trade_held.HOLDINGS, *identity_held.HOLDINGS):
        register_holding(holding)
    listening.register_grouped(refuse_erased)
    listening.register_unkept(erased_among)
    page.register_action(ACTION)
    navigation.register(REQUESTS)
