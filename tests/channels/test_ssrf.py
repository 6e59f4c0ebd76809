"""Where an address that a user typed may lead: sockets are watched, not only answers read."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import requests

from statushub.channels.seam import Account, Rejected, Retry, Sent
from statushub.channels.transports.webhook import WebhookTransport
from statushub.core.errors import Invalid
from statushub.core.http import Limits, TargetRefused, check_url, safe_session
from tests.channels.conftest import LOOPBACK, SECRET, outgoing
from tests.emulators.certificate import self_signed
from tests.emulators.webhook_receiver import Answer, WebhookReceiver

PRIVATE = {
    "loopback": "http://127.0.0.1/",
    "loopback, another": "http://127.8.8.8/",
    "decimal": "http://2130706433/",
    "octal": "http://0177.0.0.1/",
    "hexadecimal": "http://0x7f.0x0.0x0.0x1/",
    "hexadecimal, whole": "http://0x7f000001/",
    "short": "http://127.1/",
    "public, but decimal": "http://134744072/",
    "full-width digits": "http://１２７.０.０.１/",
    "circled digits": "http://①②⑦.⓪.⓪.①/",
    "ideographic dots": "http://127。0。0。1/",
    "zero": "http://0.0.0.0/",
    "zero, short": "http://0/",
    "localhost": "http://localhost/",
    "localhost, rooted": "http://localhost./",
    "localhost, loud": "http://LOCALHOST/",
    "ten": "http://10.0.0.1/",
    "hundred and seventy-two": "http://172.16.0.1/",
    "hundred and ninety-two": "http://192.168.1.1/",
    "carrier NAT": "http://100.64.0.1/",
    "link-local metadata": "http://169.254.169.254/latest/meta-data/",
    "benchmarking": "http://198.18.0.1/",
    "6to4 relay": "http://192.88.99.1/",
    "documentation": "http://192.0.2.1/",
    "multicast": "http://224.0.0.1/",
    "reserved": "http://240.0.0.1/",
    "broadcast": "http://255.255.255.255/",
    "v6 loopback": "http://[::1]/",
    "v6 unspecified": "http://[::]/",
    "v6 mapped loopback": "http://[::ffff:127.0.0.1]/",
    "v6 mapped metadata": "http://[::ffff:a9fe:a9fe]/",
    "v6 compatible": "http://[::127.0.0.1]/",
    "v6 compatible, public": "http://[::8.8.8.8]/",
    "v6 unique local": "http://[fd00::1]/",
    "v6 link-local": "http://[fe80::1]/",
    "v6 link-local, zone": "http://[fe80::1%25lo]/",
    "v6 site-local": "http://[fec0::1]/",
    "v6 multicast": "http://[ff02::1]/",
    "v6 NAT64": "http://[64:ff9b::7f00:1]/",
    "v6 6to4": "http://[2002:7f00:1::]/",
    "v6 Teredo": "http://[2001:0:7f00:1::]/",
    "v6 metadata": "http://[fd00:ec2::254]/",
}
MALFORMED = {
    "userinfo": "http://user:pass@93.184.216.34/",
    "userinfo that looks like a host": "http://93.184.216.34@127.0.0.1/",
    "empty userinfo": "http://@93.184.216.34/",
    "backslash": "http://93.184.216.34\\@127.0.0.1/",
    "space": "http://93.184.216.34 @127.0.0.1/",
    "line break": "http://93.184.216.34/\r\nHost: x",
    "ssh port": "http://93.184.216.34:22/",
    "mail port": "http://93.184.216.34:25/",
    "database port": "http://93.184.216.34:5432/",
    "port zero": "http://93.184.216.34:0/",
    "port beyond": "http://93.184.216.34:99999/",
    "ftp": "ftp://93.184.216.34/",
    "file": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:25/_HELO",
    "javascript": "javascript:alert(1)",
    "data": "data:text/plain,hello",
    "no scheme": "93.184.216.34/hook",
    "no host": "http:///hook",
    "nothing": "",
    "too long": "http://93.184.216.34/" + "a" * 3000,
}
REFUSED = PRIVATE | MALFORMED


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Every address that a socket was told to connect to."""
    seen: list[Any] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        seen.append(address)
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    yield seen


class Resolver:
    """Answers for names as the test says; numbers resolve to themselves."""

    def __init__(self) -> None:
        self.names: dict[str, list[list[str]]] = {}
        self._real = socket.getaddrinfo

    def says(self, name: str, *answers: list[str]) -> None:
        """One answer a look-up; the last one stays."""
        self.names[name] = list(answers)

    def __call__(self, host: str, port: Any, *args: Any, **kwargs: Any) -> list[Any]:
        answers = self.names.get(host)
        if answers is None:
            return self._real(host, port, *args, **kwargs)
        now = answers.pop(0) if len(answers) > 1 else answers[0]
        return [entry for ip in now for entry in self._real(ip, port, type=socket.SOCK_STREAM)]


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    made = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", made)
    return made


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED.keys())
def test_an_address_that_is_not_the_public_web_is_refused_when_saved(
    url: str, connections: list[Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        check_url(url)
    assert refused.value.fields["url"]
    assert connections == []


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED.keys())
def test_an_address_that_is_not_the_public_web_is_never_connected_to(
    url: str, connections: list[Any]
) -> None:
    with pytest.raises(requests.RequestException):
        safe_session().post(url, data=b"{}")
    transport = WebhookTransport()
    outcome = transport.send(Account(), outgoing({"body": {}, "secret": SECRET}, url))
    transport.close()
    assert isinstance(outcome, Rejected | Retry), outcome
    assert connections == []


def test_a_name_that_leads_inside_is_refused(resolver: Resolver, connections: list[Any]) -> None:
    resolver.says("intranet.example", ["10.1.2.3"])
    with pytest.raises(Invalid, match="STATUSHUB_ALLOW_PRIVATE_TARGETS"):
        check_url("https://intranet.example/hook")
    with pytest.raises(TargetRefused):
        safe_session().post("https://intranet.example/hook")
    assert connections == []


def test_a_mixed_answer_is_refused_whatever_comes_first(
    resolver: Resolver, connections: list[Any]
) -> None:
    resolver.says("mixed.example", ["93.184.216.34", "127.0.0.1"])
    with pytest.raises(TargetRefused):
        safe_session().post("http://mixed.example/")
    assert connections == []


def test_a_name_that_moved_inside_after_it_was_saved_is_refused(
    resolver: Resolver, connections: list[Any]
) -> None:
    resolver.says("rebinding.example", ["93.184.216.34"], ["169.254.169.254"])
    assert check_url("http://rebinding.example/") == "http://rebinding.example/"
    with pytest.raises(TargetRefused):
        safe_session().post("http://rebinding.example/")
    assert connections == []


def test_the_checked_address_is_the_one_connected_to(
    resolver: Resolver, connections: list[Any], receiver: WebhookReceiver
) -> None:
    resolver.says("hooks.example", ["127.0.0.1"], ["10.0.0.1"])
    url = f"http://hooks.example:{receiver.port}/hook"
    answer = safe_session(LOOPBACK).post(url, data=b"{}")
    assert answer.status_code == 200
    assert connections == [("127.0.0.1", receiver.port)]
    assert receiver.calls[0].headers["host"] == f"hooks.example:{receiver.port}"


def test_an_unknown_name_is_said_at_save_time() -> None:
    with pytest.raises(Invalid, match="cannot be found"):
        check_url("https://nowhere.invalid/hook", field="endpoint")


def test_public_addresses_pass_on_the_ports_of_the_web(resolver: Resolver) -> None:
    resolver.says("hooks.example", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
    for port in ("", ":80", ":443", ":8000", ":8080", ":8443"):
        assert check_url(f"https://hooks.example{port}/a?b=c")
    resolver.says("xn--bcher-kva.example", ["93.184.216.34"])
    assert check_url("https://bücher.example:8443/") == "https://xn--bcher-kva.example:8443/"


def test_the_allow_list_lets_exactly_its_networks_through(receiver: WebhookReceiver) -> None:
    assert check_url(receiver.url, LOOPBACK) == receiver.url
    assert safe_session(LOOPBACK).post(receiver.url, data=b"{}").status_code == 200
    for elsewhere in (f"http://127.0.0.2:{receiver.port}/", f"http://[::1]:{receiver.port}/"):
        with pytest.raises(Invalid):
            check_url(elsewhere, LOOPBACK)
        with pytest.raises(TargetRefused):
            safe_session(LOOPBACK).post(elsewhere)
    with pytest.raises(TargetRefused):
        safe_session((ip_network("10.0.0.0/8"), ip_network("fd00::/8"))).post(receiver.url)


def test_a_mapped_address_counts_as_what_it_maps(receiver: WebhookReceiver) -> None:
    url = f"http://[::ffff:127.0.0.1]:{receiver.port}/hook"
    assert safe_session(LOOPBACK).post(url, data=b"{}").status_code == 200


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_inside_is_never_followed(
    receiver: WebhookReceiver, connections: list[Any], status: int
) -> None:
    receiver.always = Answer(status, headers={"Location": "http://169.254.169.254/"})
    answer = safe_session(LOOPBACK).post(receiver.url, allow_redirects=True)
    assert answer.status_code == status
    assert connections == [("127.0.0.1", receiver.port)]


def test_proxies_of_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, receiver: WebhookReceiver, connections: list[Any]
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert safe_session(LOOPBACK).post(receiver.url, data=b"{}").status_code == 200
    assert connections == [("127.0.0.1", receiver.port)]


def test_cookies_are_not_kept(receiver: WebhookReceiver) -> None:
    session = safe_session(LOOPBACK)
    receiver.answer(Answer(headers={"Set-Cookie": "id=1; Path=/"}))
    session.post(receiver.url)
    session.post(receiver.url)
    assert "cookie" not in receiver.calls[1].headers


def test_an_answer_longer_than_its_limit_is_cut_off(receiver: WebhookReceiver) -> None:
    receiver.always = Answer(body="a" * 300_000)
    with pytest.raises(requests.RequestException):
        safe_session(LOOPBACK, Limits(max_bytes=100_000)).get(receiver.url)
    receiver.always = Answer(302, body="a" * 300_000, headers={"Location": "/elsewhere"})
    with pytest.raises(requests.RequestException):
        safe_session(LOOPBACK, Limits(max_bytes=100_000)).get(receiver.url)


def test_a_compressed_answer_is_refused(receiver: WebhookReceiver) -> None:
    receiver.always = Answer(body="zip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(requests.RequestException):
        safe_session(LOOPBACK).get(receiver.url)


def test_a_peer_that_drips_is_cut_off_at_the_deadline(receiver: WebhookReceiver) -> None:
    receiver.always = Answer(drip=0.05)
    began = time.monotonic()
    with pytest.raises(requests.RequestException):
        safe_session(LOOPBACK, Limits(read=5, total=0.6)).get(receiver.url)
    assert time.monotonic() - began < 2


def test_the_certificate_is_checked_for_the_name_not_the_pinned_address(
    resolver: Resolver, tmp_path: Path
) -> None:
    certificate = str(self_signed(tmp_path / "hook.pem", "hooks.example"))
    resolver.says("hooks.example", ["127.0.0.1"])
    resolver.says("other.example", ["127.0.0.1"])
    receiver = WebhookReceiver()
    receiver.use_tls(Path(certificate))
    session = safe_session(LOOPBACK)
    with receiver:
        url = f"https://hooks.example:{receiver.port}/hook"
        assert session.post(url, verify=certificate).status_code == 200
        for impostor in (url.replace("hooks", "other"), receiver.url):
            with pytest.raises(requests.exceptions.SSLError):
                session.post(impostor, verify=certificate)
        transport = WebhookTransport(LOOPBACK)
        outcome = transport.send(Account(), outgoing({"body": {}, "secret": SECRET}, url))
        assert isinstance(outcome, Retry)
        assert "certificate" in outcome.reason
    session.close()


def test_connections_are_kept_open_between_requests(
    receiver: WebhookReceiver, connections: list[Any]
) -> None:
    transport = WebhookTransport(LOOPBACK)
    for _number in range(5):
        out = outgoing({"body": {}, "secret": SECRET}, receiver.url)
        assert isinstance(transport.send(Account(), out), Sent)
    transport.close()
    assert len(connections) == 1
