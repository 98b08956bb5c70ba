"""Which addresses are reached: each is looked up once and checked, whatever its spelling."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address

import pytest
from local_running import Runner

from overture.testing import Reply, Route, World
from overture_local.addresses import is_public

GET = """
overture: 1
name: getting
inputs: {url: {type: string}}
tasks:
  - {id: get, kind: http, url: "{{ inputs.url }}"}
outputs: {status: tasks.get.status}
"""


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001:0:1::1",
        "2001:db8::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_public_is_known(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "140.82.121.3", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_a_public_address_is_known(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433", "017700000001", "１２７.０.０.１", "[::1]", "0"]
)
def test_no_spelling_reaches_this_machine(runner: Runner, host: str) -> None:
    with World([Route("GET", "/", (Reply(),))]) as world:
        port = world.host.rpartition(":")[2]
        result = runner.run(GET, inputs={"url": f"http://{host}:{port}/"}, allow_hosts=())
        assert world.requests == []
    assert result.state == "failed"
    assert result.error is not None
    assert result.error.type in ("refused", "http")


def test_a_private_host_that_is_allowed_is_reached(runner: Runner) -> None:
    with World([Route("GET", "/", (Reply(),))]) as world:
        result = runner.run(GET, inputs={"url": f"{world.url}/"}, allow_hosts=(world.host,))
        assert result.outputs == {"status": 200}
        other = runner.run(GET, inputs={"url": f"{world.url}/"}, allow_hosts=("127.0.0.1:1",))
    assert other.error is not None
    assert other.error.type == "refused"


RETRYING = GET.replace('}"}', '}", retry: {attempts: 3, delay: 1h}}')


def test_a_host_of_the_plan_that_is_refused_is_not_tried_again_and_the_flag_is_named(runner: Runner) -> None:
    with World([Route("GET", "/", (Reply(),))]) as world:
        result = runner.run(RETRYING, inputs={"url": f"{world.url}/"}, allow_hosts=())
        assert world.requests == []
    assert result.error is not None
    assert (result.error.type, result.tasks[0].attempts) == ("refused", 1)
    assert result.error.help == f"`--allow-host {world.host}` allows it"
    six = runner.run(RETRYING, inputs={"url": "http://[::1]:9/"}, allow_hosts=())
    assert six.error is not None
    assert six.error.help == "`--allow-host [::1]:9` allows it"


def test_a_host_that_data_chose_is_tried_again_as_elsewhere_and_no_flag_is_named(runner: Runner) -> None:
    """A redirect and a url by leave of `hosts` are refused on every engine: they fail an attempt like anything else."""
    document = RETRYING.replace("1h", "1ms")
    with World([Route("GET", "/", (Reply(status=302, headers={"location": "http://169.254.169.254/"}),))]) as world:
        result = runner.run(document, inputs={"url": f"{world.url}/"}, allow_hosts=(world.host, "169.254.169.254:1"))
        assert len(world.requests) == 3
    assert result.error is not None
    assert (result.error.type, result.error.help) == ("refused", None)


def test_a_name_is_looked_up_once_and_the_checked_address_is_used(runner: Runner) -> None:
    """DNS rebinding: the second answer would be another address, but nobody asks a second time."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with World([Route("GET", "/", (Reply(),))]) as world:
        port = world.host.rpartition(":")[2]
        url = f"http://service.example:{port}/"
        result = runner.run(GET, inputs={"url": url}, resolve=resolve, allow_hosts=("service.example",))
        assert result.outputs == {"status": 200}
        assert world.requests[0].headers["host"] == f"service.example:{port}"
    assert asked == ["service.example"]


def test_one_private_address_among_public_ones_is_enough_to_refuse(runner: Runner) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["1.1.1.1", "169.254.169.254"]

    result = runner.run(GET, inputs={"url": "http://mixed.example/"}, resolve=resolve)
    assert result.error is not None
    assert result.error.type == "refused"
    assert "169.254.169.254" in result.error.message


def test_a_proxy_of_the_environment_is_not_asked(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as proxy:
        proxy.bind(("127.0.0.1", 0))
        proxy.listen()
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        with World([Route("GET", "/", (Reply(),))]) as world:
            assert runner.run(GET, inputs={"url": f"{world.url}/"}).outputs == {"status": 200}


def test_tls_and_the_host_header_keep_the_name(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection goes to the checked address; the certificate must be the name's."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate with")
    key, certificate = runner.folder / "key.pem", runner.folder / "certificate.pem"
    name = "service.example"
    subprocess.run(
        [
            *f"{openssl} req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name}".split(),
            *("-keyout", key, "-out", certificate, "-addext", f"subjectAltName=DNS:{name}"),
        ],
        check=True,
        capture_output=True,
    )
    named: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.sni_callback = lambda connection, server, _: named.append(server)

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    heard: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.headers["Host"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answering)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    port = server.server_port
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    try:
        given = {"resolve": resolve, "allow_hosts": (name, "other.example")}
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        good = runner.run(GET, inputs={"url": f"https://{name}:{port}/"}, **given)
        bad = runner.run(GET, inputs={"url": f"https://other.example:{port}/"}, **given)
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
    assert good.outputs == {"status": 204}, good.error
    assert (named[0], heard) == (name, [f"{name}:{port}"])
    assert bad.error is not None
    assert bad.error.type == "http"
