"""Coverage is what the tests reach that mirror the source: what has none of its own is not covered.

The others ask for everything together once more, and would take nearly twice as long if each line were noted. Nor does
what examples of hypothesis happen to reach count: the next run's may not.
"""

from collections.abc import Generator
from importlib import import_module
from pathlib import Path

import pytest
from coverage import Coverage
from django.apps import apps

HERE = Path(__file__).parent
BY_NAME = ("templatetags", "management/commands")  # where Django looks for a module when it is first needed


def pytest_collection_finish() -> None:
    """Have those of ours imported while it is noted; tests import the rest. Later it may not be."""
    measuring = Coverage.current()
    for app in apps.get_app_configs():
        if measuring and is_measured(app.name.split(".")[0], measuring):
            for place in BY_NAME:
                for path in Path(app.path, place).glob("[a-z]*.py"):
                    import_module(f"{app.name}.{place.replace('/', '.')}.{path.stem}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """With the fixtures that are made for it."""
    measuring = Coverage.current()
    by_chance = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    if measuring is None or (is_measured(item.path.relative_to(HERE).parts[0], measuring) and not by_chance):
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()


def is_measured(name: str, measuring: Coverage) -> bool:
    """A package, and the tests beneath its name."""
    return name in (measuring.get_option("run:source") or ())
