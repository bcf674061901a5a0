"""Coverage is what the tests reach that mirror the source: what has none of its own is not covered.

The others ask for everything together once more, and would take longer if each line were noted. Nor does what examples
of hypothesis happen to reach count: the next run's may not. Under `make` the code notes itself what is reached
(tests/notes.py); else coverage's tracer does.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
from coverage import Coverage
from django.apps import apps

from tests import notes

HERE = Path(__file__).parent
BY_NAME = ("templatetags", "management/commands")  # where Django looks for a module when it is first needed
BY_NOTES = pytest.StashKey[Coverage]()


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Where the code notes itself, here or in the other processes, no tracer need."""
    measuring = Coverage.current()
    if measuring and (notes.modules or notes.WANTED in os.environ):
        measuring.stop()
        measuring.set_option("run:disable_warnings", ["no-data-collected"])  # by the tracer
        session.config.stash[BY_NOTES] = measuring


def measuring_of(config: pytest.Config) -> Coverage | None:
    return config.stash.get(BY_NOTES, None) or Coverage.current()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Have those of ours imported while it is noted; tests import the rest. Later it may not be."""
    measuring = measuring_of(session.config)
    for app in apps.get_app_configs():
        if measuring and is_measured(app.name.split(".")[0], measuring):
            for place in BY_NAME:
                for path in Path(app.path, place).glob("[a-z]*.py"):
                    import_module(f"{app.name}.{place.replace('/', '.')}.{path.stem}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """With the fixtures that are made for it."""
    measuring = measuring_of(item.config)
    by_chance = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    if measuring is None or (is_measured(item.path.relative_to(HERE).parts[0], measuring) and not by_chance):
        return (yield)
    with notes.forgotten() if BY_NOTES in item.config.stash else stopped(measuring):
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Before pytest-cov saves."""
    done = yield
    if measuring := session.config.stash.get(BY_NOTES, None):
        measuring.get_data().add_arcs({file: of_it.arcs() for file, of_it in notes.modules.items()})
    return done


@contextmanager
def stopped(measuring: Coverage) -> Iterator[None]:
    measuring.stop()
    try:
        yield
    finally:
        measuring.start()


def is_measured(name: str, measuring: Coverage) -> bool:
    """A package, and the tests beneath its name."""
    packages = measuring.get_option("run:source")
    assert isinstance(packages, list)
    return name in packages
