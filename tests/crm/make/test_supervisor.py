import socket

import pytest

from crm.embedded import processes
from crm.make import supervisor


def test_without_a_port_it_is_the_usual_one_or_any_that_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(supervisor, "DEFAULT_PORT", processes.free_port())
    assert supervisor.web_port() == supervisor.DEFAULT_PORT
    with socket.create_server(("127.0.0.1", supervisor.DEFAULT_PORT)):
        assert processes.is_free(supervisor.web_port())
