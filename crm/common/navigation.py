"""The navigation: each app registers its entries in `AppConfig.ready`; a user sees those they may open."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """One entry. `permission` is `app.codename`, or empty for every signed-in user; `icon` names a Tabler icon."""

    label: str | Promise
    url_name: str
    icon: str
    permission: str = ""
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class NavLink:
    label: str | Promise
    url: str
    icon: str
    is_current: bool


_items: Final[dict[str, NavItem]] = {}


def register(item: NavItem) -> None:
    """Add an entry; registering the same `url_name` again replaces it."""
    _items[item.url_name] = item


def registered() -> list[NavItem]:
    return sorted(_items.values(), key=lambda item: (item.order, item.url_name))


def links_for(request: HttpRequest) -> list[NavLink]:
    """The links this request's user may follow, the one of the present page marked."""
    allowed = [(item, _find_url(item)) for item in registered() if _may_see(request, item)]
    with_url = [(item, url) for item, url in allowed if url]
    current = max((url for _, url in with_url if request.path.startswith(url)), key=len, default="")
    return [NavLink(label=item.label, url=url, icon=item.icon, is_current=url == current) for item, url in with_url]


def _may_see(request: HttpRequest, item: NavItem) -> bool:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return False
    return not item.permission or user.has_perm(item.permission)


def _find_url(item: NavItem) -> str:
    try:
        return reverse(item.url_name)
    except NoReverseMatch:
        return ""
