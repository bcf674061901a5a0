import threading
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.urls import get_script_prefix, set_script_prefix
from django.utils import timezone, translation

from crm.threads import KEPT


def test_language_zone_and_prefix_are_the_threads_own() -> None:
    seen: list[tuple[str | None, str, str]] = []

    def look() -> None:
        before = (translation.get_language(), timezone.get_current_timezone_name(), get_script_prefix())
        translation.activate("en")
        timezone.activate(ZoneInfo("Asia/Tokyo"))
        set_script_prefix("/there/")
        seen.extend([before, (translation.get_language(), timezone.get_current_timezone_name(), get_script_prefix())])

    with translation.override("zh-hans"), timezone.override(UTC):
        other = threading.Thread(target=look)
        other.start()
        other.join()
        assert (translation.get_language(), timezone.get_current_timezone_name()) == ("zh-hans", "UTC")
        assert get_script_prefix() == "/"
    assert seen == [("en", "UTC", "/"), ("en", "Asia/Tokyo", "/there/")]


def test_they_are_looked_up_without_the_bookkeeping_of_coroutines(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the start on; where tests change settings Django makes its own anew."""
    for module, name in KEPT:
        monkeypatch.setattr(module, name, None)
    apps.get_app_config("crm").ready()
    assert {type(getattr(module, name)) for module, name in KEPT} == {threading.local}
