"""The lists of feeds: which there are and how each is and what one has read."""

from django.db.models import QuerySet
from django.urls import reverse, reverse_lazy
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.list_fields import person_field
from crm.common.cells import dimmed, link, link_if, or_dash, together, url_of
from crm.common.kinds import import_kinds
from crm.common.lists.fields import Field
from crm.common.lists.options import Asking, Fixed, Rows
from crm.common.lists.pages import ListPage, View
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago, number
from crm.common.templatetags.look import status_badge
from customers.importing.feeds import words
from customers.models import Feed, FeedFile, SourceSystem
from customers.querysets.feeds import MANAGES


def _state(feed: Feed) -> object:
    return status_badge(words.state(feed), *words.LOOK["paused" if not feed.is_active else feed.state])


def _last_error(feed: Feed) -> object:
    since = together(gettext("since"), ago(feed.failed_since)) if feed.failed_since else ""
    return together(feed.error, dimmed(since)) if feed.error else None


FEEDS = Table[Feed, None](
    key="importing.feeds",
    caption=_("Feeds"),
    columns=(
        Column(
            key="name", title=_("Feed"), cell=lambda feed: link(url_of("customers:feed", feed.pk), feed.name),
            whole=lambda feed: feed.name, sort="name", share=18,
        ),
        Column(key="state", title=_("State"), cell=_state, whole=words.state, share=11, narrow=14),
        Column(key="error", title=_("Last error"), cell=_last_error, whole=lambda f: f.error, share=27, narrow=30),
        Column(key="source", title=_("Source"), cell=lambda feed: feed.system, share=12, narrow=14),
        Column(key="kind", title=_("What it holds"), cell=lambda feed: feed.get_kind_display(), share=12, shown="wide"),
        Column(key="place", title=_("Read from"), cell=words.where, whole=words.where, share=20, chosen=False),
        Column(key="looked", title=_("Last look"), cell=lambda feed: ago(feed.looked_at), share=12, narrow=14),
        Column(key="next", title=_("Next look"), cell=words.next_look, share=12, shown="wide"),
        Column(key="owner", title=_("Owner"), cell=lambda feed: feed.owner, share=12, shown="wide", chosen=False),
    ),
    cut=True,
    empty=Empty(
        title=_("No feeds yet"),
        text=_("A feed reads a folder or an HTTPS address on a schedule and brings in each file once."),
        icon="rss",
        action=_("Set up a feed"),
        action_url=reverse_lazy("customers:feed_new"),
    ),
)  # fmt: skip

NO_FEED_FITS = Empty(
    title=_("No feed fits"),
    text=_("None fits the filters. Try fewer of them."),
    icon="file-search",
    action=_("Clear filters"),
    action_url="?view=all",
)


def _systems(_asking: Asking) -> QuerySet[SourceSystem]:
    return SourceSystem.objects.order_by("name", "id")


FEED_LIST = ListPage(
    table=FEEDS,
    url_name="customers:feeds",
    permission=MANAGES,
    sort="name",
    fields=(
        Field(key="name", label=_("Feed"), kind="text", path="name", only=("contains", "lacks", "is")),
        Field(
            key="source", label=_("Source"), kind="choice", path="system", is_id=True, only=("is", "is_not"),
            options=Rows(rows=_systems, search="name"),
        ),
        Field(
            key="kind", label=_("What it holds"), kind="choice", path="kind", only=("is", "is_not"),
            options=Fixed(choices=import_kinds),
        ),
        Field(
            key="state", label=_("State"), kind="choice", path="state", only=("is", "is_not"),
            options=Fixed(choices=Feed.State.choices),
        ),
        Field(key="in_use", label=_("In use"), kind="yes_no", path="is_active"),
        person_field(key="owner", label=_("Owner"), path="owner"),
    ),
    views=(
        View(key="all", name=_("All feeds")),
        View(
            key="failed", name=_("Failed"),
            conditions={"all": [{"field": "state", "op": "is", "value": ["failed"]}]},
        ),
    ),
)  # fmt: skip


def _file_state(file: FeedFile) -> object:
    again = dimmed(gettext("will be read again")) if file.again else ""
    return together(status_badge(file.get_state_display(), *words.FILE_LOOK[FeedFile.State(file.state)]), again)


def _came(file: FeedFile) -> object:
    url = url_of("customers:import_detail", file.batch.pk) if file.batch else ""
    return link_if(url, file.name)


def _rejected(file: FeedFile) -> object:
    if not file.batch:
        return None
    if not file.batch.rejected:
        return number(0)
    return link(reverse("customers:import_rejects", args=[file.batch.pk]), number(file.batch.rejected))


def _of_batch(name: str) -> Column[FeedFile]:
    titles = {
        "rows": _("Rows"), "created": _("Created"), "updated": _("Updated"), "parked": _("Waiting"),
    }  # fmt: skip
    return Column(
        key=name, title=titles[name], align="end", shown="always" if name == "rows" else "wide",
        cell=lambda file: number(getattr(file.batch, name)) if file.batch else None,
    )  # fmt: skip


FEED_FILES = Table[FeedFile, None](
    key="importing.feed_files",
    caption=_("What it has read"),
    columns=(
        Column(key="file", title=_("File"), cell=_came),
        Column(key="state", title=_("State"), cell=_file_state),
        _of_batch("rows"),
        _of_batch("created"),
        _of_batch("updated"),
        _of_batch("parked"),
        Column(key="rejected", title=_("Rejected"), cell=_rejected, align="end"),
        Column(key="error", title=_("Why"), cell=lambda file: or_dash(Truncator(file.error).chars(200)), shown="wide"),
        Column(key="size", title=_("Size"), cell=lambda file: words.size(file.size), align="end", shown="wide"),
        Column(key="when", title=_("When"), cell=lambda file: ago(file.seen_at)),
    ),
    empty=Empty(text=_("It has not read a file yet.")),
)
