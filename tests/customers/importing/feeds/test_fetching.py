"""Files by HTTPS, from a server that is really there."""

import gzip
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from customers.importing import uploads
from customers.importing.feeds import fetching
from customers.importing.feeds.addresses import NotAllowed, Unknown
from customers.importing.feeds.fetching import Asked, NotFetched, fetch
from tests.customers.importing.feeds.https import Site, send, serving

ROWS = b"external_id,name\n1,Ada\n"


def body(fetched: Any) -> bytes:
    return bytes(fetched.kept.path.read_bytes())


def kept() -> list[Path]:
    return list(uploads.folder().glob("*"))


def test_a_file_comes_with_what_says_whether_it_changes(site: Site) -> None:
    site.gives(ROWS, ETag='"1"', Last_Modified="Sun, 15 Nov 2026 12:00:00 GMT")
    first = fetch(Asked(url=site.url("/c.csv?day=1")))
    assert first is not None
    assert (body(first), first.name, first.etag) == (ROWS, "c.csv", '"1"')
    assert site.asked[0][0] == "/c.csv?day=1"
    assert fetch(Asked(url=site.url(), etag=first.etag)) is None
    assert fetch(Asked(url=site.url(), last_modified=first.last_modified)) is None
    assert len(kept()) == 1


def test_this_machine_may_be_asked_only_where_it_is_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_FEED_HOSTS", "")
    monkeypatch.setenv("CRM_FEED_PORTS", str(site.port))
    with pytest.raises(NotAllowed, match="no public address"):
        fetch(Asked(url=site.url()))
    assert site.asked == []


def test_a_name_is_looked_up_once_and_the_address_that_was_judged_is_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that says another address the second time is never asked a second time."""
    looked_up = []
    monkeypatch.setenv("CRM_FEED_HOSTS", f"localhost:{site.port}")

    def rebinding(host: str, port: int, **_named: Any) -> list[Any]:
        looked_up.append(host)
        place = "127.0.0.1" if len(looked_up) == 1 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    site.gives(ROWS)
    assert body(fetch(Asked(url=site.url()))) == ROWS
    assert looked_up == ["localhost"]


def test_redirects_are_followed_three_times(site: Site) -> None:
    site.gives(ROWS)
    for hop in range(1, 5):
        site.leads(f"/{hop}", to=f"/{hop - 1}" if hop > 1 else "/c.csv", status=(301, 302, 307, 308)[hop - 1])
    assert body(fetch(Asked(url=site.url("/3")))) == ROWS
    with pytest.raises(NotFetched, match="more than 3 times"):
        fetch(Asked(url=site.url("/4")))


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("http://localhost/c.csv", "must begin with https"),
        ("https://10.0.0.1/", "no public address"),
        ("https://169.254.169.254/latest/meta-data/", "no public address"),
        ("https://[::ffff:127.0.0.1]/", "no public address"),
        ("https://ada:secret@localhost/", "name or a password"),
        ("https://localhost:22/", "Port 22"),
        ("file:///etc/passwd", "must begin with https"),
        ("//10.0.0.1/c.csv", "no public address"),
    ],
)
def test_each_redirect_is_judged_as_the_address_was(site: Site, to: str, says: str) -> None:
    site.leads("/c.csv", to=to)
    with pytest.raises(NotAllowed) as refused:
        fetch(Asked(url=site.url()))
    assert says in str(refused.value)
    assert (len(site.asked), kept()) == (1, [])


def test_a_redirect_to_what_is_no_address(site: Site) -> None:
    site.leads("/c.csv", to="https://[::1")
    with pytest.raises(NotFetched, match="leads on to what is none"):
        fetch(Asked(url=site.url()))


def test_what_it_signs_in_with_goes_to_its_own_host_alone(site: Site) -> None:
    site.gives(ROWS)
    site.leads("/same", to="/c.csv")
    fetch(Asked(url=site.url("/same"), authorization="Bearer 4711"))
    assert [headers.get("Authorization") for _path, headers in site.asked] == ["Bearer 4711"] * 2


def test_who_leads_on_to_another_is_shown_nothing_again(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other may have chosen what of the first is asked then."""
    with serving(tmp_path / "other") as other:
        trusted = tmp_path / "both.pem"
        trusted.write_bytes(b"".join((tmp_path / name / "ca.pem").read_bytes() for name in ("site", "other")))
        monkeypatch.setenv("CRM_FEED_CA_FILE", str(trusted))
        monkeypatch.setenv("CRM_FEED_HOSTS", f"localhost:{site.port},localhost:{other.port}")
        site.leads("/c.csv", to=other.url("/back"))
        other.leads("/back", to=site.url("/chosen"))
        site.gives(ROWS, path="/chosen")
        assert body(fetch(Asked(url=site.url(), authorization="Bearer 4711"))) == ROWS
        shown = [headers.get("Authorization") for _path, headers in (*site.asked, *other.asked)]
    assert shown == ["Bearer 4711", None, None]


def test_a_host_of_our_own_is_asked_only_by_a_feed_that_names_it(site: Site) -> None:
    site.gives(ROWS)
    assert body(fetch(Asked(url=site.url(host="127.0.0.1")))) == ROWS
    site.leads("/other", to=site.url(host="127.0.0.1"))
    with pytest.raises(NotAllowed, match="no public address"):
        fetch(Asked(url=site.url("/other")))
    assert [path for path, _headers in site.asked] == ["/c.csv", "/other"]


def test_who_is_looked_up_for_ever_is_given_up_in_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_named: stop.wait(20))
    began = monotonic()
    try:
        with pytest.raises(Unknown, match="it took too long"):
            fetch(Asked(url=site.url(), whole_s=0.2))
    finally:
        stop.set()
    assert monotonic() - began < 5


def test_a_certificate_of_nobody_we_know_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_FEED_CA_FILE", "")
    site.gives(ROWS)
    with pytest.raises(NotFetched, match="certificate is not trusted"):
        fetch(Asked(url=site.url(), authorization="Bearer 4711"))
    assert site.asked == []


def test_a_certificate_of_another_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(tmp_path / "other", "files.example") as site:
        monkeypatch.setenv("CRM_FEED_CA_FILE", str(tmp_path / "other/ca.pem"))
        monkeypatch.setenv("CRM_FEED_HOSTS", f"localhost:{site.port}")
        with pytest.raises(NotFetched, match="certificate is not trusted"):
            fetch(Asked(url=site.url()))
        assert site.asked == []


@pytest.mark.parametrize(("status", "says"), [(401, "401"), (404, "404"), (500, "500"), (204, "204"), (302, "302")])
def test_no_file_is_no_file(site: Site, status: int, says: str) -> None:
    site.answers["/c.csv"] = lambda handler: send(handler, b"", status)
    with pytest.raises(NotFetched) as refused:
        fetch(Asked(url=site.url("/c.csv?key=hidden"), authorization="Bearer 4711"))
    assert says in str(refused.value)
    assert "hidden" not in str(refused.value)
    assert "4711" not in str(refused.value)


def test_a_host_that_is_not_there(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        port = taken.getsockname()[1]
        monkeypatch.setenv("CRM_FEED_HOSTS", f"localhost:{port}")
        with pytest.raises(NotFetched, match="Connection refused"):
            fetch(Asked(url=f"https://localhost:{port}/"))


def endless(handler: BaseHTTPRequestHandler) -> None:
    """A file of no known end."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while True:
        handler.wfile.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")


def test_a_file_that_is_too_large_is_given_up_as_it_comes(site: Site) -> None:
    site.answers["/endless"] = endless
    site.gives(b"x", path="/claims", Content_Length=str(10**12))
    for path in ("/endless", "/claims"):
        with pytest.raises(uploads.FileTooLarge):
            fetch(Asked(url=site.url(path), most=1024**2))
    assert kept() == []


@pytest.mark.parametrize("part", ["headers", "body"])
def test_who_drips_is_given_up_in_time(site: Site, part: str) -> None:
    stop = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        if part == "body":
            handler.send_response(200)
            handler.end_headers()
        while not stop.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    site.answers["/c.csv"] = drip
    began = monotonic()
    try:
        with pytest.raises(NotFetched, match="took too long"):
            fetch(Asked(url=site.url(), whole_s=0.5))
    finally:
        stop.set()
    assert monotonic() - began < 5
    assert kept() == []


def cut(handler: BaseHTTPRequestHandler) -> None:
    send(handler, ROWS, Content_Length=str(len(ROWS) + 10))


def hung_up(handler: BaseHTTPRequestHandler) -> None:
    """No length, and no goodbye: nobody can tell whether this is all."""
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(ROWS)


@pytest.mark.parametrize("answer", [cut, hung_up])
def test_half_a_file_is_none(site: Site, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
    site.answers["/c.csv"] = answer
    with pytest.raises(NotFetched):
        fetch(Asked(url=site.url()))
    assert kept() == []


def test_a_packed_answer_is_kept_packed_and_another_packing_refused(site: Site) -> None:
    site.gives(gzip.compress(ROWS), Content_Encoding="gzip")
    assert gzip.decompress(body(fetch(Asked(url=site.url())))) == ROWS
    site.gives(ROWS, Content_Encoding="br")
    with pytest.raises(NotFetched, match="packed as “br”"):
        fetch(Asked(url=site.url()))


def test_headers_that_could_not_be_sent_back_are_passed_over(site: Site) -> None:
    site.gives(ROWS, ETag='"' + "x" * 600 + '"', Last_Modified="\x7f")
    fetched = fetch(Asked(url=site.url()))
    assert fetched is not None
    assert (fetched.etag, fetched.last_modified) == ("", "")


def test_certificates_are_always_looked_at() -> None:
    context = fetching._trusting()
    assert (context.check_hostname, context.verify_mode.name) == (True, "CERT_REQUIRED")
