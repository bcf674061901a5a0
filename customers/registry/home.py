"""The start page: cards that rooms and apps above hang into it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.http import HttpRequest
from django.utils.functional import Promise

from accounts.access import Reader


@dataclass(frozen=True, kw_only=True)
class HomePanel:
    """A card of the start page.

    `context` gets the request and gives the template's variables, or None to show nothing; it may ask the database a
    fixed number of times. Among them may be `count`, shown beside the title, and `url`, the list behind it. Of its
    rows the template shows all, or three where `is_short`. `is_deferred`: asked for by the page once it stands, for
    what takes longer; without script a link leads there. `event`: of the browser, upon which the card is shown anew.
    `permission` (`app.codename`) hides it from those without.
    """

    key: str
    title: str | Promise
    template: str
    context: Callable[[HttpRequest], dict[str, Any] | None]
    permission: str = ""
    order: int = 100
    column: Literal["lead", "main", "side"] = "main"
    is_deferred: bool = False
    event: str = ""


_panels: Final[dict[str, HomePanel]] = {}


def register_home_panel(panel: HomePanel) -> None:
    """Registering the same key again replaces it."""
    _panels[panel.key] = panel


def home_panels(reader: Reader) -> list[HomePanel]:
    """Those the reader may see, in their order."""
    allowed = [one for one in _panels.values() if not one.permission or reader.has_perm(one.permission)]
    return sorted(allowed, key=lambda one: (one.order, one.key))
