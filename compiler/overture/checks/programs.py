"""Which words of a command a program runs as code, or as another program. Facts about the programs' own options."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from overture.expressions.records import record

_SHELL = re.compile(r"-[a-z]*c")  # also `-ec`
_INTERPRETERS = {
    **dict.fromkeys(("sh", "bash", "dash", "zsh", "ksh", "fish", "ash"), _SHELL),
    **dict.fromkeys(("python", "python3", "python2", "pypy3"), re.compile("-[a-zA-Z]*c")),
    **dict.fromkeys(("node", "nodejs", "bun"), re.compile("-[pe]|--eval|--print")),
    **dict.fromkeys(("ruby", "lua"), re.compile("-e")),
    "perl": re.compile("-[a-z]*[eE]"),
    "php": re.compile("-r"),
    "Rscript": re.compile("-e"),
    **dict.fromkeys(("pwsh", "powershell"), re.compile("-c|-command", re.IGNORECASE)),
}
"""The options after which a program takes code; without one its first word is the file of a program, and without
words it reads code from its input."""
_ENDING = frozenset(("sh", "bash", "dash", "zsh", "ksh", "fish", "ash", "python", "python3", "python2", "pypy3"))
"""Interpreters that take no option of their own after the code."""
_CLIENTS = {
    "psql": re.compile("-c|--command"),
    **dict.fromkeys(("mysql", "mariadb"), re.compile("-e|--execute")),
    "duckdb": re.compile("-c"),
}
"""Clients of databases: the same, and code is a query. Their other words are no files of programs."""
_TAKING = frozenset(("-o", "-v", "-F", "-p", "-i", "-l", "-J", "-L", "-R", "-u", "-n", "-s"))
"""Options of other programs than interpreters that take the word after them."""
_TAKING_CODE = re.compile(r"[-+][a-zA-Z]*[oO]|-[WX]")
"""The same of interpreters: `bash -euo pipefail -c …`."""
_FILTERS = {"awk": "-f", "gawk": "-f", "mawk": "-f", "sed": "-f"}
"""Programs whose first word is code, unless this option gives a file of it."""
_RUNNERS = {
    **dict.fromkeys(("env", "sudo", "doas", "nohup", "nice", "xargs", "time", "setsid", "stdbuf", "busybox"), 0),
    "timeout": 1,
}
"""Programs that run what their words name, after so many words of their own."""


@record(frozen=True, slots=True)
class Run:
    """A word of a command that is run: as `code`, or as the name of a program. `number` None: what is read from the
    standard input is run as code. `program`: which program does so."""

    number: int | None
    program: str
    is_code: bool


def runs_of(words: Sequence[str | None]) -> Iterator[Run]:
    """What a command runs beside its own program. A word is None where data make it, and its fixed beginning
    followed by a NUL where data follow that."""
    for number, word in enumerate(words):
        name = PurePosixPath(word).name if word and "\0" not in word else ""
        reader = _READERS.get(name)
        if reader is not None:
            yield from reader(name, words, number)
            if name not in _RUNNERS:
                return


def first_of_code(words: Sequence[str | None]) -> int | None:
    """The number of the first word that goes to code on the command line, where no option is looked for any more."""
    runs = (run for run in runs_of(words) if run.is_code and run.program in _ENDING)
    return next((run.number + 1 for run in runs if run.number is not None), None)


def _interpreter(name: str, words: Sequence[str | None], start: int) -> Iterator[Run]:
    option = _INTERPRETERS[name]
    number = start + 1
    while number < len(words):
        word = words[number]
        if word is None or not word.startswith(("-", "+")):
            yield Run(number, name, is_code=False)
            return
        if option.fullmatch(word):
            yield Run(number + 1, name, is_code=True)
            return
        if _gives(option, word):
            yield Run(number, name, is_code=True)
            return
        if word in ("-m", "-f", "-File"):
            return
        number += 2 if _TAKING_CODE.fullmatch(word) else 1
    yield Run(None, name, is_code=True)


def _client(name: str, words: Sequence[str | None], start: int) -> Iterator[Run]:
    option = _CLIENTS[name]
    has_code = False
    for number in range(start + 1, len(words)):
        word, before = words[number], words[number - 1]
        if (before is not None and option.fullmatch(before)) or (word is not None and _gives(option, word)):
            has_code = True
            yield Run(number, name, is_code=True)
        has_code |= before in ("-f", "--file")
    if not has_code:
        yield Run(None, name, is_code=True)


def _gives(option: re.Pattern[str], word: str) -> bool:
    """Whether a word is `--option=code`."""
    return word.startswith("--") and "=" in word and option.fullmatch(word.partition("=")[0]) is not None


def _sqlite(name: str, words: Sequence[str | None], start: int) -> Iterator[Run]:
    own = _own_words(words, start)
    yield from (Run(number, name, is_code=True) for number in own[1:])
    if len(own) < 2:
        yield Run(None, name, is_code=True)


def _filter(name: str, words: Sequence[str | None], start: int) -> Iterator[Run]:
    codes = [
        number for number in range(start + 2, len(words)) if words[number - 1] in ("-e", "--source", "--expression")
    ]
    if codes:
        yield from (Run(number, name, is_code=True) for number in codes)
    elif _FILTERS[name] not in words[start:]:
        yield from (Run(number, name, is_code=True) for number in _own_words(words, start)[:1])


def _remote(name: str, words: Sequence[str | None], start: int) -> Iterator[Run]:
    own = _own_words(words, start)
    if own[1:]:  # ssh joins its words, and a shell over there reads them
        yield from (Run(number, name, is_code=True) for number in range(own[1], len(words)))
    elif own:
        yield Run(None, name, is_code=True)


def _runner(name: str, words: Sequence[str | None], start: int) -> Iterator[Run]:
    own = [
        number for number in _own_words(words, start) if not (name == "env" and re.match(r"\w+=", words[number] or ""))
    ]
    yield from (Run(number, name, is_code=False) for number in own[_RUNNERS[name] :][:1])


def _own_words(words: Sequence[str | None], start: int) -> list[int]:
    """The words of a program that are no options and no options' own."""
    found: list[int] = []
    number = start + 1
    while number < len(words):
        word = words[number]
        if word is not None and word.startswith("-") and word != "-":
            number += 2 if word in _TAKING and not found else 1
            continue
        found.append(number)
        number += 1
    return found


_READERS: dict[str, Callable[[str, Sequence[str | None], int], Iterator[Run]]] = {
    **dict.fromkeys(_INTERPRETERS, _interpreter),
    **dict.fromkeys(_CLIENTS, _client),
    **dict.fromkeys(_FILTERS, _filter),
    **dict.fromkeys(_RUNNERS, _runner),
    "sqlite3": _sqlite,
    "ssh": _remote,
}
