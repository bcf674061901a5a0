"""What a task takes: each key, field, choice and click is one action, whichever method of Playwright it is done by."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final, NoReturn

import pytest
from playwright.sync_api import Keyboard, Locator, Mouse, Page

_OF_AN_ELEMENT: Final = (
    "check", "click", "dblclick", "drag_to", "fill", "focus", "hover", "press", "press_sequentially", "select_option",
    "set_checked", "set_input_files", "tap", "type", "uncheck",
)  # fmt: skip
ACTIONS: Final[dict[type, tuple[str, ...]]] = {
    Locator: _OF_AN_ELEMENT,
    Page: tuple(name for name in _OF_AN_ELEMENT if hasattr(Page, name)),
    Keyboard: ("down", "insert_text", "press", "type"),
    Mouse: ("click", "dblclick", "wheel"),
}
# What nobody does who works with the product.
SHORT_CUTS: Final = {Page: ("goto", "reload", "evaluate"), Locator: ("evaluate", "dispatch_event")}


@contextmanager
def at_most(allowed: int) -> Iterator[None]:
    """What is done to any page meanwhile is counted by Playwright's own methods; short cuts are refused."""
    taken: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        for kind, names in ACTIONS.items():
            for name in names:
                patched.setattr(kind, name, _counted(getattr(kind, name), taken))
        for kind, names in SHORT_CUTS.items():
            for name in names:
                patched.setattr(kind, name, _refused)
        yield
    assert len(taken) <= allowed, taken


def _counted(act: Callable[..., Any], taken: list[str]) -> Callable[..., Any]:
    @wraps(act)
    def counted(*args: Any, **kwargs: Any) -> Any:
        taken.append(f"{act.__name__} {', '.join(str(one) for one in args)}")
        return act(*args, **kwargs)

    return counted


def _refused(*_args: Any, **_kwargs: Any) -> NoReturn:
    pytest.fail("a task is counted from the page that is open, by what a person does")
