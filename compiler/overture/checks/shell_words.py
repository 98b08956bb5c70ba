"""Which words of a command only a shell would understand. Certain ones: `|` may be an argument of `tr`, `*` of `find`,
`$` of `awk`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\S+", text))


_BUILTINS = frozenset(
    (".", "alias", "cd", "eval", "exec", "exit", "export", "popd", "pushd", "set", "shift", "source", "trap", "unset")
)
"""Commands of the shell itself. There is no such program, or (`cd`) it changes nothing for anybody else."""
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_PROGRAM_OF_SYSTEM = re.compile(r"/(?:usr/(?:local/)?)?s?bin/\S+\s")

_JOINING = _words("eval parallel ssh su tmux watch")
"""Programs that hand their words to a shell."""
_OF_OWN_LANGUAGE = _words(
    "ash awk bash dash envsubst fish gawk gojq helm jq ksh kubectl make mawk mongosh perl php printf pwsh "
    "ruby sed sh yq zsh"
)
"""Programs to which a `$` or a `*` may mean something."""
_LOOKING_FOR = _words("[ ack ag egrep expr fgrep find git grep printf rg test tr zgrep")
"""Programs that take a sign as what they look for, compare by or put there."""
_WELL_KNOWN = _words(
    "awk base64 bash cat column curl cut echo egrep grep gunzip gzip head jq less ls mail md5sum mysql nl "
    "paste perl psql python python3 rev rg sed sh sha256sum sort ssh sqlite3 tac tail tar tee tr uniq wc "
    "xargs yq zcat"
)
"""Programs that people pipe into: after a `|` one of them is no argument."""
_TAKING_FILES = _words("cat chmod chown cp du gunzip gzip head ls md5sum mv rm sha256sum sort tail touch wc zcat")
"""Programs that take files by their names and know no patterns."""

_HINT = re.compile(r"[|&;<>$`~*]")
_CHAIN = frozenset(("&&", "||"))
_REDIRECTION = re.compile(r"(?:[012]?>>?&[012]|&>>?|2>>?|>>)|(?:[012&]?>>?)/dev/null")
_VARIABLE = re.compile(r"\$(?:[A-Z][A-Z0-9_]+|\{[A-Z][A-Z0-9_]+\})(?:/\S*)?")
_SUBSTITUTION = re.compile(r"\$\([^()]+\)|`[^`]+`")
_PATTERN = re.compile(r"[\w./-]*\*[\w./*-]*")
_FILE = re.compile(r"(?=[^./]*[./])[\w./~-]+")

NO_SHELL = 'no shell reads the words; run one where you need it: `[sh, -c, "…"]`'


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the word of a number; `is_line`: it is a whole command line."""

    number: int
    message: str
    help: str = NO_SHELL
    is_line: bool = False


def problem_of(command: tuple[str, ...]) -> Problem | None:
    """The first word of a command that only a shell would understand. Templates are texts as they stand there."""
    program = command[0]
    if (found := _of_program(program)) is not None:
        return found
    name = PurePosixPath(program).name
    if name in _JOINING:
        return None
    for number in range(1, len(command)):
        word = command[number]
        if not _HINT.search(word):  # as nearly always
            continue
        for is_it, message in _ARGUMENTS:
            if is_it(command, number, name):
                return Problem(number, message.format(_short(word)))
    return None


def _of_program(program: str) -> Problem | None:
    if program in _BUILTINS:
        return Problem(0, f"`{program}` is a command of a shell, no program")
    if _ASSIGNMENT.fullmatch(program) and "/" not in program.partition("=")[0]:
        return Problem(0, f"`{_short(program)}` is no program", "give the program its variables in `env`")
    text = program.strip()
    if re.search(r"\s", text) and (not text.startswith(("/", "{{")) or _PROGRAM_OF_SYSTEM.match(text)):
        is_path = "\\" in text  # of Windows, where folders have spaces
        return None if is_path else Problem(0, f"the program is `{_short(program)}`, spaces included", is_line=True)
    return None


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


def _is_chain(command: tuple[str, ...], number: int, name: str) -> bool:
    return command[number] in _CHAIN and name not in _LOOKING_FOR


def _is_pipe(command: tuple[str, ...], number: int, name: str) -> bool:
    word, after = command[number], command[number + 1 : number + 2]
    return word in ("|", "|&", ";") and bool(after) and PurePosixPath(after[0]).name in _WELL_KNOWN


def _is_redirection(command: tuple[str, ...], number: int, name: str) -> bool:
    word, rest = command[number], command[number + 1 :]
    if _REDIRECTION.fullmatch(word):
        return True
    if word not in (">", "<", "1>") or name in _LOOKING_FOR or len(rest) != 1:
        return False
    return "{{" in rest[0] or _FILE.fullmatch(rest[0]) is not None


def _is_background(command: tuple[str, ...], number: int, name: str) -> bool:
    return command[number] == "&" and number == len(command) - 1 and name not in _LOOKING_FOR


def _is_variable(command: tuple[str, ...], number: int, name: str) -> bool:
    word = command[number]
    return name not in _LOOKING_FOR | _OF_OWN_LANGUAGE and bool(
        _VARIABLE.fullmatch(word) or _SUBSTITUTION.fullmatch(word)
    )


def _is_home(command: tuple[str, ...], number: int, name: str) -> bool:
    return command[number] == "~" or command[number].startswith("~/")


def _is_pattern(command: tuple[str, ...], number: int, name: str) -> bool:
    return (
        name in _TAKING_FILES and not command[number - 1].startswith("-I") and bool(_PATTERN.fullmatch(command[number]))
    )


_ARGUMENTS: tuple[tuple[Callable[[tuple[str, ...], int, str], bool], str], ...] = (
    (_is_chain, "`{}` is an argument here: no second program runs"),
    (_is_pipe, "`{}` is an argument here: no second program runs"),
    (_is_redirection, "`{}` is an argument here: nothing is written to or read from a file"),
    (_is_background, "`{}` is an argument here: nothing runs in the background"),
    (_is_variable, "`{}` is handed on as it is: nothing puts a value there"),
    (_is_home, "`{}` is handed on as it is: nothing puts the home folder there"),
    (_is_pattern, "`{}` is handed on as it is: nothing lists the files"),
)
