"""The tokens as a list."""

from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import dimmed, link, together, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago
from crm.common.templatetags.look import status_badge
from customers.models import ApiToken


def _token(token: ApiToken) -> object:
    return link(url_of("customers:token", token.pk), f"{token.prefix}…")


def _state(token: ApiToken) -> object:
    if token.revoked_at:
        return status_badge(gettext("revoked"), "secondary", "key-off")
    return status_badge(gettext("in use"), "green", "key")


def _used(token: ApiToken) -> object:
    return ago(token.last_used_at) if token.last_used_at else gettext("never")


def _made(token: ApiToken) -> object:
    return together(ago(token.created_at), dimmed(token.created_by) if token.created_by else "")


TOKENS = Table[ApiToken, None](
    key="importing.tokens",
    caption=_("API tokens"),
    columns=(
        Column(key="source", title=_("Source"), cell=lambda token: token.system),
        Column(key="token", title=_("Begins with"), cell=_token),
        Column(key="scope", title=_("Scope"), cell=lambda token: token.scope),
        Column(key="state", title=_("State"), cell=_state),
        Column(key="used", title=_("Last used"), cell=_used),
        Column(key="made", title=_("Made"), cell=_made),
    ),
    empty=Empty(
        title=_("No tokens"),
        text=_("A source system shows its token to send records by the API, and to read its own."),
        icon="key",
        action=_("Make a token"),
        action_url=reverse_lazy("customers:token_new"),
    ),
)
