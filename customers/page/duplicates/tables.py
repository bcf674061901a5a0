"""What is proposed, and what was decided."""

from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import link, link_if, note, together, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago, percent
from crm.common.templatetags.look import status_badge
from customers.identity.reviewing.sharing_numbers import TYPED
from customers.identity.reviewing.words import reasons
from customers.models import Match
from customers.page.duplicates.reading import Row, name_of, names_of

LOOK = {
    Match.State.MERGED: ("green", "arrows-join"),
    Match.State.DIFFERENT: ("secondary", "arrows-split"),
    Match.State.LATER: ("azure", "clock"),
    Match.State.PROPOSED: ("azure", "help"),
}
SPOKEN = 3


def probability(match: Match) -> SafeString | str:
    """As people say it; what somebody merged without its having been proposed has none, nor have two who
    share a number that was typed.
    """
    if not match.score:
        return "–"
    if match.score == TYPED and match.run_id is None:
        return gettext("they share a number")
    return together(match.band_words, note(percent(min(match.score, 0.9999), 1 if match.score < 0.999 else 2)))


def _why(row: Row) -> str:
    told = [one for one in reasons(row.match) if one.says in ("for", "for-much")][:SPOKEN]
    return gettext(", ").join(f"{capfirst(str(one.label))}{gettext(': ')}{one.level}" for one in told)


def _two(row: Row) -> SafeString:
    return together(_customer(row, "left"), _customer(row, "right"), by=" = ")


def _customer(row: Row, side: str) -> SafeString:
    customer = getattr(row, side)
    return link_if(customer.get_absolute_url() if customer else "", name_of(row, side))


def _state(row: Row) -> SafeString:
    colour, symbol = LOOK[Match.State(row.match.state)]
    return status_badge(row.match.get_state_display(), colour, symbol)


PROPOSALS = Table[Row, None](
    key="page.duplicates",
    caption=_("Possible duplicates"),
    columns=(
        Column(
            key="two",
            title=_("Customers"),
            cell=lambda row: link(url_of("customers:duplicate", row.match.pk), names_of(row)),
        ),
        Column(key="probability", title=_("Probability"), cell=lambda row: probability(row.match), width="fit"),
        Column(key="why", title=_("Why"), cell=_why),
        Column(key="kind", title=_("Kind"), cell=lambda row: row.match.get_kind_display(), shown="wide"),
        Column(key="since", title=_("Proposed"), cell=lambda row: ago(row.match.proposed_at), shown="wide"),
    ),
    row_id=lambda row: row.match.pk,
    empty=Empty(title=_("Nothing to decide"), text=_("None of the proposals fits."), icon="users"),
)
SAMPLE = Table[Row, None](
    key="page.duplicates_sample",
    caption=_("Some of whom the rule would merge"),
    columns=PROPOSALS.columns_of(None)[:3],
    empty=Empty(text=_("Nobody is proposed with this probability: look for duplicates first.")),
)
DECISIONS = Table[Row, bool](
    key="page.duplicates_decided",
    caption=_("Decisions on duplicates"),
    columns=(
        Column(key="two", title=_("Customers"), cell=_two),
        Column(key="what", title=_("Decision"), cell=_state, width="fit"),
        Column(key="who", title=_("Who"), cell=lambda row: row.match.decided_by or gettext("a rule")),
        Column(key="when", title=_("When"), cell=lambda row: ago(row.match.decided_at)),
        Column(
            key="probability",
            title=_("Probability"),
            cell=lambda row: probability(row.match),
            width="fit",
            shown="wide",
        ),
        Column(
            key="undo",
            title=_("Take back"),
            spoken=True,
            width="fit",
            cell=lambda row: link(url_of("customers:duplicate_undo", row.match.pk), gettext("Undo")),
        ),
    ),
    empty=Empty(
        title=_("Nobody has decided yet"),
        text=_("Who merged whom, and who is not the same, stands here."),
        icon="users",
    ),
)
