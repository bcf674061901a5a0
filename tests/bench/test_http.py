import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bench import http, serving

CONNECTIONS = set[tuple[str, int]]()


class Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        CONNECTIONS.add(self.client_address)
        self.send_response(200 if self.headers["Cookie"] == "who=me" else 403)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    CONNECTIONS.clear()
    with ThreadingHTTPServer((serving.HOST, 0), Page) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_eight_clients_ask_over_connections_that_they_keep(port: int) -> None:
    seconds, took = http.at_once(port, {"Cookie": "who=me"}, ["/customers/"] * 24)
    assert (len(took), len(CONNECTIONS)) == (24, http.CLIENTS)
    assert seconds > 0


def test_a_page_that_is_refused_is_no_throughput(port: int) -> None:
    with pytest.raises(AssertionError, match="403"):
        http.at_once(port, {"Cookie": "who=nobody"}, ["/customers/"])


def test_throughput_stands_beside_its_floor_and_its_goal() -> None:
    found = http.Load(seconds=2.0, took_ms=[5.0] * 100, web_s=1.2, server_s=0.4)
    floor = http.Load(seconds=0.5, took_ms=[1.0] * 100, web_s=0.1, server_s=0.0)
    assert http.throughput("list", found, floor) == {
        "requests": 100,
        "requests_per_s": 50.0,
        "floor_requests_per_s": 200.0,
        "goal_requests_per_s": 100,
        "p50_ms": 5.0,
        "p95_ms": 5.0,
        "web_cpu_ms": 12.0,
        "server_cpu_ms": 4.0,
        "within_goal": False,
    }


def test_memory_is_that_of_the_process_and_held_against_each_goal() -> None:
    assert serving.pss_mb(os.getpid()) > 10
    found = http.held_against_goals({"web_worker_mb": 131.0, "worker_with_children_mb": 100.0, "beat_mb": 90.0})
    assert (found["goal_web_worker_mb"], found["within_goal"]) == (130, False)
