"""What the start page says of a customer's news."""

from django.utils.translation import gettext, ngettext

from crm.common.templatetags.figures import number
from customers.page.home import COUNTED, MANY, News


def news_words(news: News) -> str:
    """2 contacts, 1 order."""
    parts = (
        (news.contacts, ngettext("%(count)s contact", "%(count)s contacts", news.contacts)),
        (news.orders, ngettext("%(count)s order", "%(count)s orders", news.orders)),
        (news.invoices, ngettext("%(count)s invoice", "%(count)s invoices", news.invoices)),
    )
    said = (words % {"count": f"{COUNTED}+" if count >= COUNTED else count} for count, words in parts if count)
    return gettext(", ").join(said)


def unmatched_words(count: int) -> str:
    """Empty where every contact has its customer."""
    if not count:
        return ""
    shown = f"{number(MANY)}+" if count > MANY else number(count)
    words = ngettext(
        "%(count)s contact belongs to no customer yet.", "%(count)s contacts belong to no customer yet.", count
    )
    return words % {"count": shown}
