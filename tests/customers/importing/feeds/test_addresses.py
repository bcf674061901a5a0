"""Where a feed's address may lead."""

import socket
from ipaddress import ip_address
from typing import Any

import pytest

from customers.importing.feeds.addresses import NotAllowed, Target, Unknown, may_be_asked, parse, resolve

NOT_PUBLIC = (
    "0.0.0.1", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1",
    "ff02::1",
)  # fmt: skip


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_no_other_address_may_be_asked(address: str) -> None:
    assert not may_be_asked(ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "2a00::1"]
)
def test_public_ones_may(address: str) -> None:
    assert may_be_asked(ip_address(address))


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "192.168.1.1", "fd12::1", "::1"])
def test_a_named_host_may_be_in_the_companys_own_network(address: str) -> None:
    assert may_be_asked(ip_address(address), is_named=True)


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "100.100.100.200", "fd00:ec2::254", "fe80::1", "224.0.0.1", "0.0.0.0", "::ffff:10.0.0.1"],  # noqa: S104
)
def test_nor_does_a_name_open_what_clouds_tell_of_a_machine(address: str) -> None:
    assert not may_be_asked(ip_address(address), is_named=True)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://files.example/c.csv", "https://"),
        ("file:///etc/passwd", "https://"),
        ("gopher://files.example/", "https://"),
        ("https://ada:secret@files.example/", "name or a password"),
        ("https://files.example@10.0.0.1/", "name or a password"),
        ("https:///c.csv", "no host"),
        ("https://files.example:8443/", "Port 8443"),
        ("https://files.example:0/", "Port 0"),
        ("https://files.example:99999/", "no address"),
        ("https://files.example/\r\nHost: other", "no address"),
        ("https://files.example/a b", "no address"),
        ("https://files.example\\@10.0.0.1/", "no address"),
        ("https://[::1/", "no address"),
        ("https://[fe80::1%25eth0]/", "no host"),
        ("https://" + "a" * 70 + ".example/", "no name of a host"),
        ("https://files.example/" + "a" * 2000, "too long"),
    ],
)
def test_what_no_feed_may_ask(url: str, says: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        parse(url)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://Files.Example./a/c.csv?day=1", "files.example", "/a/c.csv?day=1"),
        ("https://bücher.example", "xn--bcher-kva.example", "/"),
        ("https://files.example/ü", "files.example", "/%C3%BC"),
        ("https://[2606:4700::1111]/", "2606:4700::1111", "/"),
    ],
)
def test_what_is_asked(url: str, host: str, path: str) -> None:
    assert parse(url) == Target(host=host, port=443, path=path)


def test_what_is_shown_has_no_query() -> None:
    assert parse("https://files.example/c.csv?token=secret").shown == "https://files.example/c.csv"


def test_ports_and_hosts_are_the_environments_to_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_FEED_PORTS", "443,8443")
    monkeypatch.setenv("CRM_FEED_HOSTS", "files.internal:9443,10.0.0.7")
    assert parse("https://files.example:8443/").port == 8443
    assert parse("https://files.internal:9443/").port == 9443
    with pytest.raises(NotAllowed):
        parse("https://files.example:9443/")
    assert resolve(Target(host="10.0.0.7", port=443, path="/")) == [ip_address("10.0.0.7")]
    with pytest.raises(NotAllowed, match=r"10\.0\.0\.8"):
        resolve(Target(host="10.0.0.8", port=443, path="/"))


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "0", "localhost", "::1"])
def test_however_this_machine_is_called(host: str) -> None:
    with pytest.raises((NotAllowed, Unknown)):
        resolve(Target(host=host, port=443, path="/"))


def test_one_address_that_is_not_public_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(*_arguments: Any, **_named: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 443)) for place in ("1.1.1.1", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(NotAllowed, match=r"10\.0\.0\.1"):
        resolve(Target(host="files.example", port=443, path="/"))
