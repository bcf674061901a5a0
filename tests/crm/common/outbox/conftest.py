from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.smtp import MailServer, mail_server, settings_for


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    """A real mail server on this machine that Django's e-mail settings name."""
    with mail_server() as running:
        for name, value in settings_for(running).items():
            setattr(settings, name, value)
        yield running
