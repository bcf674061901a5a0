import socket
import threading

import pytest

from crm.embedded import postgres_server, processes, services
from tests.settings import TEST_VAR


def test_a_server_that_serves_takes_sessions() -> None:
    found = services.urls(TEST_VAR)
    assert found is not None
    port = int(found[0].rsplit(":", 1)[1].split("/")[0])
    assert postgres_server.takes_sessions(host="127.0.0.1", port=port) is True
    assert postgres_server.takes_sessions(host="127.0.0.1", port=processes.free_port()) is False


@pytest.mark.parametrize(
    ("answer", "takes"),
    [
        (b"R\0\0\0\x17\0\0\0\nSCRAM-SHA-256\0\0", True),
        (b"E\0\0\0\x20SFATAL\0C28000\0Mno entry for host\0\0", True),
        (b"E\0\0\0\x20SFATAL\0C57P03\0Mthe database system is starting up\0\0", False),
        (b"", False),
    ],
)
def test_what_a_server_says_to_a_stranger(answer: bytes, takes: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=say_once, args=[server, answer]).start()
        assert postgres_server.takes_sessions(host="127.0.0.1", port=server.getsockname()[1]) is takes


def say_once(server: socket.socket, answer: bytes) -> None:
    connection, _address = server.accept()
    with connection:
        connection.recv(1024)
        connection.sendall(answer)
