"""What somebody was told."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.domain.notices import kind_of
from accounts.models import Notice
from crm.common.cells import link, strong, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago
from crm.common.templatetags.look import icon


def _said(notice: Notice) -> SafeString:
    kind = kind_of(notice)
    words = link(url_of("accounts:notice", notice.pk), kind.words(notice.data) or kind.label)
    shown = strong(words) if _is_new(notice) else words
    return format_html("{} {}", icon(kind.icon), shown)


def _state(notice: Notice) -> object:
    return _("new") if _is_new(notice) else _("read")


def _is_new(notice: Notice) -> bool:
    return notice.read_at is None


NOTICES = Table[Notice, None](
    key="accounts.notices",
    caption=_("Notices"),
    columns=(
        Column(key="said", title=_("What"), cell=_said, width="long"),
        Column(key="state", title=_("State"), cell=_state, width="fit"),
        Column(key="at", title=_("When"), cell=lambda notice: ago(notice.at), width="fit"),
    ),
    empty=Empty(
        title=_("Nothing new"), icon="bell-check",
        text=_("What is due, what others give you to do, and what happens to customers you follow appears here."),
    ),
)  # fmt: skip
