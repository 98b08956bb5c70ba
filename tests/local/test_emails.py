"""`email`: what a mail holds and whom it goes to; what it may not hold, and where it may not go."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any

import pytest
from crashing import crash
from local_running import Runner, plan_of

from overture.testing import Mail, Mailbox
from overture_local import RunRefused, RunResult, Store, resume

DOCUMENT = """
overture: 1
name: mailing
inputs: {given: {type: object, default: {}}}
secrets: [MAIL]
tasks:
  - id: send
    kind: email
    connection: "{{ secrets.MAIL }}"
    from: Reports <reports@example.com>
"""
PLAIN = {"to": "ann@example.com", "subject": "Hello", "text": "Hi\n"}


def document(**fields: Any) -> str:
    return DOCUMENT + "".join(f"    {name}: {json.dumps(value)}\n" for name, value in fields.items())


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as found:
        yield found


def send(runner: Runner, url: str, given: dict[str, Any] | None = None, **fields: Any) -> RunResult:
    requested = fields.pop("requested", {})
    return runner.run(document(**fields), secrets={"MAIL": url}, inputs={"given": given or {}}, **requested)


def sent(runner: Runner, mailbox: Mailbox, given: dict[str, Any] | None = None, **fields: Any) -> Mail:
    result = send(runner, mailbox.url, given, **fields)
    assert result.state == "succeeded", result.error
    (mail,) = mailbox.mails
    return mail


def refused(runner: Runner, mailbox: Mailbox, given: dict[str, Any] | None = None, **fields: Any) -> str:
    result = send(runner, mailbox.url, given, **fields)
    assert result.error is not None and result.error.type == "refused", result
    assert mailbox.mails == []
    return result.error.message


def test_a_mail_reaches_all_and_hides_the_hidden(runner: Runner, mailbox: Mailbox) -> None:
    mail = sent(
        runner,
        mailbox,
        to="Ann <ann@example.com>, ben@example.com",
        cc=["lead@example.com"],
        bcc=["archive@example.com"],
        reply_to="help@example.com",
        subject="Zoë’s points",
        text="As text\n",
        html="<p>As HTML</p>",
        headers={"X-Report": "points"},
    )
    assert set(mail.recipients) == {f"{name}@example.com" for name in ("ann", "ben", "lead", "archive")}
    assert mail.headers["to"] == "ann@example.com, ben@example.com" and mail.headers["cc"] == "lead@example.com"
    assert "archive" not in str(mail.headers) and mail.headers["x-report"] == "points"
    assert mail.headers["subject"] == "Zoë’s points" and mail.headers["reply-to"] == "help@example.com"
    assert mail.headers["from"] == "Reports <reports@example.com>" and mail.sender == "reports@example.com"
    assert {name: text.strip() for name, text in mail.texts.items()} == {"text": "As text", "html": "<p>As HTML</p>"}
    assert mail.user == "post@example.com"


def test_files_of_the_workspace_are_attached_with_their_kinds(runner: Runner, mailbox: Mailbox) -> None:
    (runner.workspace / "out").mkdir()
    (runner.workspace / "out" / "zoë.csv").write_bytes(b"a,b\r\n")
    (runner.workspace / "raw").write_bytes(bytes(range(256)))
    mail = sent(runner, mailbox, **PLAIN, attachments=["out/zoë.csv", "raw"])
    assert mail.attachments == {"zoë.csv": b"a,b\r\n", "raw": bytes(range(256))}


def test_hostile_texts_stay_texts(runner: Runner, mailbox: Mailbox) -> None:
    text = "line\n.\n..\nFrom here\n{{ x }} '\"\\ \u2028 \u202e zoë " + "q" * 5000
    mail = sent(runner, mailbox, {"text": text}, **{**PLAIN, "text": "{{ inputs.given.text }}"})
    assert mail.texts["text"].rstrip("\n") == text


@pytest.mark.parametrize("name", ["from", "to", "cc", "bcc", "reply_to", "subject", "headers"])
@pytest.mark.parametrize("injected", ["x@example.com\r\nBcc: eve@evil.example", "x@example.com\nSubject: no"])
def test_a_line_break_makes_no_header(runner: Runner, mailbox: Mailbox, name: str, injected: str) -> None:
    template: Any = "{{ inputs.given.it }}"
    value = {"X-It": template} if name == "headers" else template
    text = document(**{**PLAIN, name: value}) if name != "from" else document(**PLAIN)
    if name == "from":
        text = text.replace("Reports <reports@example.com>", '"{{ inputs.given.it }}"')
    result = runner.run(text, secrets={"MAIL": mailbox.url}, inputs={"given": {"it": injected}})
    assert result.error is not None and result.error.type == "refused"
    assert mailbox.mails == []


def test_a_name_of_a_header_makes_no_other(runner: Runner, mailbox: Mailbox) -> None:
    assert "is no name of a header" in refused(runner, mailbox, **PLAIN, headers={"X-A: b\r\nBcc": "eve@evil.example"})


def test_data_without_an_address_goes_nowhere(runner: Runner, mailbox: Mailbox) -> None:
    for value in ([], "", " , ", ["no address <"], [None], [7], [["a@example.com"]]):
        message = refused(runner, mailbox, {"to": value}, **{**PLAIN, "to": "{{ inputs.given.to }}"})
        assert message in ("the mail has no recipient", "a recipient of `to` is no address")


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret.txt", "link", "a/../../secret.txt", "~/x"])
def test_a_file_outside_the_workspace_is_not_attached(runner: Runner, mailbox: Mailbox, path: str) -> None:
    (runner.folder / "secret.txt").write_text("secret")
    (runner.workspace / "link").symlink_to(runner.folder / "secret.txt")
    refused(runner, mailbox, {"it": path}, **PLAIN, attachments=["{{ inputs.given.it }}"])


def test_a_file_that_is_not_there_fails_the_task(runner: Runner, mailbox: Mailbox) -> None:
    result = send(runner, mailbox.url, **PLAIN, attachments="gone.txt")
    assert result.error is not None and (result.error.type, mailbox.mails) == ("error", [])


def test_a_private_server_needs_leave(runner: Runner, mailbox: Mailbox) -> None:
    result = send(runner, mailbox.url, **PLAIN, requested={"allow_hosts": ()})
    assert result.error is not None and result.error.type == "refused" and result.error.help is not None
    assert "is not public" in result.error.message and "`--allow-host 127.0.0.1:" in result.error.help
    assert result.tasks[0].attempts == 1 and mailbox.mails == []


def test_a_policy_speaks_of_the_server(runner: Runner, mailbox: Mailbox) -> None:
    result = send(runner, mailbox.url, **PLAIN, requested={"policy": {"hosts": ["mail.example.com"]}})
    assert result.error is not None and "is not among the hosts of the policy" in result.error.message


@pytest.mark.parametrize("url", ["http://example.com", "smtp:///x", "mail.example.com", "smtp://a:sesame-sesame@h:x"])
def test_another_connection_is_refused_and_nothing_of_it_is_told(runner: Runner, url: str) -> None:
    result = send(runner, url, **PLAIN)
    assert result.error is not None and result.error.type == "refused"
    assert "the connection is no url" in result.error.message and "sesame" not in result.error.message


def _heard(heard: BufferedReader, said: str) -> bytes:
    """What follows what was said: a line, or a whole mail."""
    line = heard.readline()
    while said.startswith("354") and line not in (b".\r\n", b""):
        line = heard.readline()
    return line


@contextmanager
def talker(*lines: str) -> Iterator[str]:
    """A mail server that says these lines, one for each that it is told, and then hangs on in silence."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            with server.accept()[0] as line, line.makefile("rb") as heard:
                for each in lines:
                    line.sendall(each.encode() + b"\r\n")
                    if not _heard(heard, each):
                        return
                while heard.readline():
                    pass
                ended.set()

        ended = threading.Event()
        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        yield f"smtp://keeper:open-sesame@127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)
        assert not thread.is_alive(), "somebody is still connected"


def test_no_error_tells_the_password(runner: Runner) -> None:
    with talker("220 hi", "250-fine\r\n250 AUTH PLAIN", "535 keeper:open-sesame is wrong", "221 bye") as url:
        result = send(runner, url, **PLAIN)
    assert result.error is not None and result.error.type == "error"
    assert "535" in result.error.message and "open-sesame" not in result.error.message


@pytest.mark.parametrize(
    "lines",
    [
        ("220 hi", "250 fine", "250 sender", "550 nobody here", "250 reset", "221 bye"),
        ("220 hi", "250 fine", "250 sender", "550 nobody here", "250 ben", "354 go on", "250 taken", "221 bye"),
    ],
)
def test_a_recipient_whom_the_server_does_not_take_fails_the_task(runner: Runner, lines: tuple[str, ...]) -> None:
    """Also when others got the mail: nobody is left out in silence."""
    to = "ann@example.com, ben@example.com" if len(lines) > 6 else "ann@example.com"
    with talker(*lines) as url:
        result = send(runner, url.replace("keeper:open-sesame@", ""), **{**PLAIN, "to": to})
    assert result.error is not None and "not taken for `ann@example.com`: 550 nobody here" in result.error.message


def test_an_address_beyond_ascii_goes_to_a_server_that_takes_it(runner: Runner, mailbox: Mailbox) -> None:
    mail = sent(runner, mailbox, **{**PLAIN, "to": "zoë@example.com"})
    assert mail.recipients == ("zoë@example.com",) and mail.headers["to"] == "zoë@example.com"
    with talker("220 hi", "250 fine", "221 bye") as url:
        result = send(runner, url.replace("keeper:open-sesame@", ""), **{**PLAIN, "to": "zoë@example.com"})
    assert result.error is not None and "beyond ASCII" in result.error.message


@pytest.mark.parametrize("lines", [(), ("220 hi",), ("220 hi", "250 fine")])
def test_a_server_that_falls_silent_is_left_when_the_time_is_up(runner: Runner, lines: tuple[str, ...]) -> None:
    with talker(*lines) as url:
        result = send(runner, url.replace("keeper:open-sesame@", ""), **PLAIN, timeout="300ms")
    assert result.error is not None and result.error.type == "timeout" and result.seconds < 8


def test_a_mail_is_sent_in_the_clear_only_by_a_server_without_tls(runner: Runner) -> None:
    """A server that offers STARTTLS and then speaks none gets neither user nor mail."""
    with talker("220 hi", "250-fine\r\n250-AUTH PLAIN\r\n250 STARTTLS", "454 not now", "221 bye") as url:
        result = send(runner, url, **PLAIN)
    assert result.error is not None and result.error.type == "error" and "454" in result.error.message


def test_a_mail_that_was_recorded_is_not_sent_again_after_a_crash(tmp_path: Path) -> None:
    """SIGKILL at each transition; a mail that was sent twice has one Message-ID."""
    plan, kill_at = plan_of(document(**PLAIN)), 2
    while True:
        folder = tmp_path / str(kill_at)
        folder.mkdir()
        with Mailbox() as mailbox:
            secrets = {"MAIL": mailbox.url}
            child = os.fork()
            if child == 0:
                try:
                    crash(plan, folder, kill_at, "", secrets=secrets)
                finally:
                    os._exit(0)
            was_killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
            if was_killed:
                with Store(folder / "home") as store:
                    has_ended = any(each.kind == "task_ended" for each in store.events("run-1"))
                request = Runner(folder).request(home=folder / "home", workspace=folder, secrets=secrets)
                before = len(mailbox.mails)
                try:
                    assert resume(plan, "run-1", request).state == "succeeded"
                except RunRefused:  # the last transition of all: it has ended
                    was_killed = False
                assert not has_ended or len(mailbox.mails) == before == 1
            assert len({mail.headers["message-id"] for mail in mailbox.mails}) == 1
        if not was_killed:
            break
        kill_at += 1
    assert kill_at > 2
