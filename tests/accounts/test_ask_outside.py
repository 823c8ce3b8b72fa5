"""Requests that leave the portal: to named addresses only, pinned, bounded; against real servers on this machine."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from accounts import outbound
from accounts.outbound import InnerAddress, NotListed, OutboundRefused, TooSlow


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Host"]))
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
            return
        if self.path == "/slow-head":
            self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Long: ")
            self.drip()
            return
        self.send_response(200)
        self.end_headers()
        if self.path == "/long":
            for _ in range(40):
                self.wfile.write(b"x" * 65536)
        elif self.path == "/slow":
            self.drip()
        else:
            self.wfile.write(b"hello")

    def drip(self) -> None:
        for _ in range(50):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.1)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def running(context: ssl.SSLContext | None = None) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads, server.asked = True, []
    server.handle_error = lambda *_: None
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server():
    with running() as one:
        yield one


@pytest.fixture
def resolver(monkeypatch):
    """Names and what they resolve to, one list after another; asking once more than there are answers fails."""
    answers: dict[str, list[list[str]]] = {}

    def fake(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in answers[host].pop(0)]

    monkeypatch.setattr(outbound, "getaddrinfo", fake)
    return answers


def port_of(server) -> int:
    return server.server_address[1]


def test_a_named_address_is_asked(server, settings):
    settings.OUTBOUND_HOSTS = [f"http://127.0.0.1:{port_of(server)}"]
    with outbound.session() as web:
        assert web.get(f"http://127.0.0.1:{port_of(server)}/a").text == "hello"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://allowed.example@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}#@allowed.example/",
        "http://0x7f000001:{port}/",
        "http://allowed.example.evil.example:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
        "https://allowed.example:8443/",
        "http://allowed.example/",
    ],
)
def test_any_other_address_is_refused_before_a_connection(server, settings, url):
    settings.OUTBOUND_HOSTS = ["allowed.example"]
    with outbound.session() as web, pytest.raises((OutboundRefused, requests.exceptions.InvalidSchema)):
        web.get(url.format(port=port_of(server)))
    assert server.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.100.100.200",
        "0.0.0.0",
        "224.0.0.1",
    ],
)
def test_a_public_name_that_resolves_inside_is_refused(settings, resolver, address):
    settings.OUTBOUND_HOSTS = ["id.example.cn"]
    resolver["id.example.cn"] = [[address]]
    with outbound.session() as web, pytest.raises(OutboundRefused, match="网段"):
        web.get("https://id.example.cn/")


@pytest.mark.parametrize("address", ["::1", "::ffff:127.0.0.1", "fe80::1", "fd00::1", "::", "64:ff9b::7f00:1"])
def test_the_same_in_the_newer_form_of_addresses(address):
    assert not outbound._may_be_asked(ip_address(address), inner=False)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "100.100.100.200", "224.0.0.1", "0.0.0.0"])
def test_a_named_port_opens_private_addresses_and_never_these(address):
    assert not outbound._may_be_asked(ip_address(address), inner=True)
    assert outbound._may_be_asked(ip_address("10.1.2.3"), inner=True)


def test_one_bad_address_among_good_ones_is_enough(settings, resolver):
    settings.OUTBOUND_HOSTS = ["id.example.cn"]
    resolver["id.example.cn"] = [["93.184.215.14", "127.0.0.1"]]
    with outbound.session() as web, pytest.raises(OutboundRefused):
        web.get("https://id.example.cn/")


def test_a_name_is_resolved_once_and_the_checked_address_is_the_one_that_is_asked(server, settings, resolver):
    """Rebinding: a second answer would lead elsewhere; nobody asks for it. The Host header is still the name's."""
    name = f"id.internal:{port_of(server)}"
    settings.OUTBOUND_HOSTS = [f"http://{name}"]
    resolver["id.internal"] = [["127.0.0.1"]]
    with outbound.session() as web:
        assert web.get(f"http://{name}/a").status_code == 200
    assert server.asked == [("/a", name)]
    assert resolver["id.internal"] == []


def test_a_redirect_stays_on_the_same_host(server, settings):
    here = f"http://127.0.0.1:{port_of(server)}"
    with running() as other, outbound.session() as web:
        there = f"http://127.0.0.1:{port_of(other)}"
        settings.OUTBOUND_HOSTS = [here, there]
        assert web.get(f"{here}/to//a").text == "hello"
        with pytest.raises(OutboundRefused, match="另一个地址"):
            web.get(f"{here}/to/{there}/secret")
        assert other.asked == []


def test_a_long_answer_is_cut_off(server, settings):
    settings.OUTBOUND_HOSTS = [f"http://127.0.0.1:{port_of(server)}"]
    with outbound.session(most_bytes=100_000) as web, pytest.raises(OutboundRefused, match="太长"):
        web.get(f"http://127.0.0.1:{port_of(server)}/long")


@pytest.mark.parametrize("part", ["slow", "slow-head"])
def test_a_dripping_answer_is_cut_off_in_its_head_and_in_its_body(server, settings, part):
    settings.OUTBOUND_HOSTS = [f"http://127.0.0.1:{port_of(server)}"]
    started = time.monotonic()
    with outbound.session(seconds=0.5) as web, pytest.raises(TooSlow):
        web.get(f"http://127.0.0.1:{port_of(server)}/{part}")
    assert time.monotonic() - started < 4


def test_a_listed_address_of_another_protocol_is_told_and_no_other(settings, resolver):
    settings.OUTBOUND_HOSTS = ["sftp://files.internal:2222", "postgresql://db.example.cn"]
    resolver |= {"files.internal": [["10.0.0.7"]], "db.example.cn": [["10.0.0.8"]]}
    assert outbound.checked_address("sftp", "files.internal", 2222) == "10.0.0.7"
    with pytest.raises(NotListed):
        outbound.checked_address("postgresql", "files.internal", 2222)
    with pytest.raises(InnerAddress):
        outbound.checked_address("postgresql", "db.example.cn", 5432)


def test_a_proxy_of_the_environment_is_not_used(server, settings, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    settings.OUTBOUND_HOSTS = [f"http://127.0.0.1:{port_of(server)}"]
    with outbound.session() as web:
        assert web.get(f"http://127.0.0.1:{port_of(server)}/").status_code == 200


def test_tls_is_checked_against_the_name_and_not_the_address(settings, resolver, tmp_path):
    told, context = [], certified("id.internal", tmp_path)
    context.sni_callback = lambda _, name, __: told.append(name)
    settings.OUTBOUND_CA_FILE = str(tmp_path / "certificate.pem")
    with running(context) as server, outbound.session() as web:
        good, bad = f"id.internal:{port_of(server)}", f"other.internal:{port_of(server)}"
        settings.OUTBOUND_HOSTS = [good, bad]
        resolver |= {"id.internal": [["127.0.0.1"]], "other.internal": [["127.0.0.1"]]}
        assert web.get(f"https://{good}/").text == "hello"
        with pytest.raises(requests.exceptions.SSLError):
            web.get(f"https://{bad}/")
    assert told == ["id.internal", "other.internal"]


def certified(name: str, folder) -> ssl.SSLContext:
    """A server's context with a fresh certificate for the name, which is also its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(datetime.now(UTC) - timedelta(days=1))
    builder = builder.not_valid_after(datetime.now(UTC) + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
