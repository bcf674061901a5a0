"""The navigation: each app registers its entries in `AppConfig.ready`; a user sees those they may open, in groups."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class NavGroup:
    key: str
    label: str | Promise


# In this order. Who may see whether it works, sees that first; for everybody else the day's work comes first.
WORKING: Final = NavGroup(key="working", label=_("Is it working?"))
WORK: Final = NavGroup(key="work", label=_("Work"))
SET_UP: Final = NavGroup(key="set-up", label=_("Set-up"))
GROUPS: Final = (WORKING, WORK, SET_UP)


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """One entry. `permission` is `app.codename`, or empty for every signed-in user; `icon` names a Tabler icon.

    `key`: the letter that opens it after `g`. `badge` counts what waits there, in at most one cheap query (it is asked
    on every page); None or 0 shows nothing.
    """

    label: str | Promise
    url_name: str
    icon: str
    permission: str = ""
    order: int = 100
    group: NavGroup = WORK
    key: str = ""
    badge: Callable[[HttpRequest], int | None] | None = None


@dataclass(frozen=True, kw_only=True)
class NavLink:
    label: str
    url: str
    icon: str
    is_current: bool
    key: str = ""
    badge: int | None = None


@dataclass(frozen=True, kw_only=True)
class NavSection:
    label: str
    key: str
    links: tuple[NavLink, ...]


_items: Final[dict[str, NavItem]] = {}


def register(item: NavItem) -> None:
    """Add an entry; registering the same `url_name` again replaces it."""
    _items[item.url_name] = item


def registered() -> list[NavItem]:
    return sorted(_items.values(), key=lambda item: (GROUPS.index(item.group), item.order, item.url_name))


@dataclass(frozen=True, kw_only=True)
class Navigation:
    sections: tuple[NavSection, ...]


def navigation_for(request: HttpRequest) -> Navigation:
    """The groups that hold an entry this request's user may follow, the one of the present page marked; in the present
    language.
    """
    allowed = [(item, _find_url(item)) for item in registered() if _may_see(request, item)]
    with_url = [(item, url) for item, url in allowed if url]
    current = max((url for _, url in with_url if _leads_to(url, request.path)), key=len, default="")
    found = [
        NavSection(
            label=str(group.label),
            key=group.key,
            links=tuple(_link(request, item, url, current) for item, url in with_url if item.group == group),
        )
        for group in GROUPS
    ]
    return Navigation(sections=tuple(section for section in found if section.links))


def _link(request: HttpRequest, item: NavItem, url: str, current: str) -> NavLink:
    return NavLink(
        label=str(item.label), url=url, icon=item.icon, is_current=url == current, key=item.key,
        badge=item.badge(request) if item.badge else None,
    )  # fmt: skip


def _leads_to(url: str, path: str) -> bool:
    """Pages lie below their entry's address; only the start page lies below none."""
    return path == url if url == "/" else path.startswith(url)


def _may_see(request: HttpRequest, item: NavItem) -> bool:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return False
    return not item.permission or user.has_perm(item.permission)


def _find_url(item: NavItem) -> str:
    return _found(item.url_name, get_script_prefix(), get_urlconf())


@lru_cache(maxsize=500)
def _found(url_name: str, _script_prefix: str, _urlconf: str | None) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
