"""What the environment says of feeds."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from customers.importing.feeds import environment
from customers.importing.feeds.environment import Named


def test_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FOLDERS", "HOSTS", "PORTS", "CA_FILE", "MAX_MB"):
        monkeypatch.delenv(f"CRM_FEED_{name}", raising=False)
    assert (environment.folders(), environment.named_hosts(), environment.ports()) == ([], set(), {443})
    assert (environment.ca_file(), environment.most_bytes()) == ("", 2048 * 1024**2)


def test_hosts_with_and_without_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "CRM_FEED_HOSTS", "Files.Internal, erp.internal:8443,10.0.0.7:8443,fd00::7,[fd00::8]:8443,[fd00::9]"
    )
    assert environment.named_hosts() == {
        Named("files.internal"), Named("erp.internal", 8443), Named("10.0.0.7", 8443), Named("fd00::7"),
        Named("fd00::8", 8443), Named("fd00::9"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("FOLDERS", "feeds", environment.folders),
        ("HOSTS", "a:b", environment.named_hosts),
        ("PORTS", "x", environment.check),
        ("MAX_MB", "much", environment.check),
        ("CA_FILE", "/nowhere", environment.check),
    ],
)
def test_what_cannot_be_meant_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str, read: object) -> None:
    monkeypatch.setenv(f"CRM_FEED_{name}", value)
    with pytest.raises(ImproperlyConfigured):
        read()  # type: ignore[operator]


def test_folders_are_whole_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_FEED_FOLDERS", "/srv/a,/srv/b")
    assert environment.folders() == [Path("/srv/a"), Path("/srv/b")]
