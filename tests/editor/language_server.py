"""A real language server for YAML (`yaml-language-server` from npm), driven over stdio as an editor does it."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

VERSION = "2.0.0"
PATIENCE_SECONDS = 60.0
_SETTINGS = {
    "yaml": {
        "schemaStore": {"enable": False},  # nothing is fetched
        "validate": True,
        "hover": True,
        "completion": True,
        "yamlVersion": "1.2",
    },
    "http": {},
    "[yaml]": {},
}


class ToolMissing(Exception):
    """What is needed to run a language server is not here."""


def installed() -> Path:
    """The server's program, installed once for a machine. Raises ToolMissing without npm, or when it fails."""
    cache = Path(os.environ.get("OVERTURE_CACHE") or "~/.cache/overture").expanduser()
    target = cache / f"yaml-language-server-{VERSION}"
    program = target / "node_modules" / ".bin" / "yaml-language-server"
    if not program.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise ToolMissing("`npm` is not installed: it comes with Node.js, https://nodejs.org")
        fresh = target.with_name(f".{target.name}.{os.getpid()}")
        fresh.mkdir(parents=True)
        command = [npm, "install", "--silent", "--no-fund", "--no-audit", f"yaml-language-server@{VERSION}"]
        done = subprocess.run([*command, "--prefix", str(fresh)], capture_output=True, text=True)
        if done.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise ToolMissing(f"npm could not install yaml-language-server: {done.stderr[-2000:]}")
        try:
            fresh.rename(target)
        except OSError:  # another one was faster
            shutil.rmtree(fresh, ignore_errors=True)
    return program


class LanguageServer:
    """One server. Positions are the protocol's: lines and UTF-16 columns from 0."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [str(program), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self._number = 0
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}
        self._buffer = b""
        capabilities = {
            "workspace": {"configuration": True},
            "textDocument": {"hover": {"contentFormat": ["markdown"]}, "completion": {"completionItem": {}}},
        }
        self.ask("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities})
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": _SETTINGS})

    def open(self, name: str, text: str) -> str:
        """Open a document, and give its uri."""
        uri = (self._folder / name).as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def diagnostics(self, uri: str) -> list[dict[str, Any]]:
        """What the server says of a document that was opened; waits until it has said it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while uri not in self._diagnostics:
            self._receive(deadline)
        return self._diagnostics[uri]

    def at(self, method: str, uri: str, line: int, character: int) -> Any:
        where = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
        return self.ask(f"textDocument/{method}", where)

    def ask(self, method: str, params: Mapping[str, Any]) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            message = self._receive(deadline)
            if message.get("id") == self._number and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()

    def _tell(self, method: str, params: Mapping[str, Any]) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def _receive(self, deadline: float) -> dict[str, Any]:
        """The next message; what the server asks or announces is dealt with on the way."""
        head = self._until(b"\r\n\r\n", deadline)
        length = int(
            next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")).split(b":")[1]
        )
        while len(self._buffer) < length:
            self._more(deadline)
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        message: dict[str, Any] = json.loads(body)
        if message.get("method") == "textDocument/publishDiagnostics":
            self._diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif message.get("method") == "workspace/configuration":
            found = [_SETTINGS.get(item.get("section")) for item in message["params"]["items"]]
            self._send({"id": message["id"], "result": found})
        elif "method" in message and "id" in message:
            self._send({"id": message["id"], "result": None})
        return message

    def _until(self, mark: bytes, deadline: float) -> bytes:
        while mark not in self._buffer:
            self._more(deadline)
        head, _, self._buffer = self._buffer.partition(mark)
        return head

    def _more(self, deadline: float) -> None:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], max(deadline - time.monotonic(), 0))
        if not ready:
            raise TimeoutError("the language server did not answer")
        read = self._process.stdout.read(65536)
        if not read:
            raise EOFError("the language server has ended")
        self._buffer += read
