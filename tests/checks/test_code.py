"""Code inside tasks: Python that imports what is there, parses and fits its arguments; queries that can be read."""

from __future__ import annotations

import textwrap

import pytest
from checking import codes, verdict

from overture.checks.modules import distribution_of, gives
from overture.diagnostics.model import Diagnostic


def _python(code: str, more: str = "") -> str:
    body = textwrap.indent(textwrap.dedent(code).strip(), " " * 6)
    return f"tasks:\n  - id: x\n    kind: python\n    {more}\n    code: |\n{body}\n"


def _only(document: str) -> Diagnostic:
    found = verdict(document).diagnostics
    assert len(found) == 1, found
    return found[0]


MAIN = "\ndef main(): return 1"


@pytest.mark.parametrize(
    ("imports", "requirements", "found"),
    [
        ("import json, os.path", [], []),
        ("from urllib.parse import quote", [], []),
        ("import pandas", [], ["OV603"]),
        ("import pandas.io as p", [], ["OV603"]),
        ("from pandas import DataFrame", [], ["OV603"]),
        ("import pandas", ["pandas"], []),
        ("import pandas", ["pandas[excel]>=2,<3 ; python_version > '3'"], []),
        ("import pandas, numpy", ["pandas"], []),
        ("import pandas, requests", ["pandas"], ["OV603"]),
        ("import yaml", ["pyyaml"], []),
        ("import yaml", ["PyYAML"], []),
        ("from PIL import Image", ["pillow"], []),
        ("import bs4", ["beautifulsoup4==4.12"], []),
        ("import dateutil.parser", ["python-dateutil"], []),
        ("import sklearn", ["scikit-learn"], []),
        ("import cv2", ["opencv-python-headless"], []),
        ("import psycopg2", ["psycopg2-binary"], []),
        ("import mysql.connector", ["mysql-connector-python"], []),
        ("from google.cloud import storage", ["google-cloud-storage"], []),
        ("import slack_sdk", ["slack-sdk"], []),
        ("import odd", ["a-package-of-another-name"], []),
        ("import odd", ["git+https://example.com/odd.git"], []),
        ("try:\n    import ujson\nexcept ImportError:\n    ujson = None", [], []),
        ("try:\n    import ujson\nexcept (ImportError, OSError):\n    ujson = None", [], []),
        ("try:\n    import ujson\nexcept OSError:\n    ujson = None", [], ["OV603"]),
        ("if TYPE_CHECKING:\n    import pandas", [], []),
        ("from . import other", [], []),
        ("def late():\n    import pandas", [], ["OV603"]),
    ],
)
def test_code_imports_what_is_installed(imports: str, requirements: list[str], found: list[str]) -> None:
    more = f"requirements: {requirements}" if requirements else ""
    assert codes(_python(imports + MAIN, more)) == found


def test_an_import_is_told_at_the_name_of_the_module() -> None:
    found = _only(_python("import json\nimport PIL.Image as image\n" + MAIN))
    assert (found.severity, found.at.line, found.at.column, found.at.end_column) == ("warning", 9, 14, 17)
    assert found.help == "add it: `requirements: [pillow]`"
    again = _only(_python("from\\\n  pandas import a\n" + MAIN))
    assert (again.at.line, again.at.column) == (9, 9)


def test_a_module_is_told_once() -> None:
    assert codes(_python("import pandas\nimport pandas.io\n" + MAIN)) == ["OV603"]


@pytest.mark.parametrize(
    ("requirement", "name"),
    [("Py.YAML>=6", "py-yaml"), ("a[b,c]~=1.0", "a"), ("a @ https://x.example/a.whl", None), ("-r all.txt", None)],
)
def test_a_requirement_names_a_distribution(requirement: str, name: str | None) -> None:
    assert distribution_of(requirement) == name


def test_a_distribution_gives_no_module_of_another_name() -> None:
    assert not gives("requests", "request")
    assert not gives("pandas", "panda")


@pytest.mark.parametrize(
    ("code", "line", "column"),
    [
        ("def main(a) return a", 8, 19),
        ("import json\n\ndef main():\n    return (1", 11, 18),
        ("def main():\n    x = 1\n      y = 2", 10, 13),
        ("x = 'ü' +\ndef main(): return 1", 8, 16),
        ("def main():\n    return 1\nreturn 2", 10, 7),
        ("def main(a, a):\n    return 1", 8, 19),
    ],
)
def test_code_that_does_not_parse_is_told_at_its_place(code: str, line: int, column: int) -> None:
    found = _only(_python(code))
    assert (found.code, found.severity) == ("OV601", "error")
    assert (found.at.line, found.at.column) == (line, column)


@pytest.mark.parametrize(
    ("code", "args", "message"),
    [
        ("def main(city): return 1", "{citi: 1}", "`main` takes no `citi`"),
        ("def main(a, b, c): return 1", "{a: 1}", "`main` needs `b` and `c`, which `args` does not give"),
        ("main = 1\ndef other(): return 1", "{}", None),
        ("if True:\n    def main(): return 1", "{}", None),
        ("def helper():\n    def main(): return 1", "{}", "the code has no function `main` at top level"),
        ("class A:\n    def main(self): return 1", "{}", "the code has no function `main` at top level"),
    ],
)
def test_one_mistake_about_main_is_one_finding(code: str, args: str, message: str | None) -> None:
    found = verdict(_python(code, f"args: {args}")).diagnostics
    assert [each.message for each in found] == ([] if message is None else [message])


def _sql(query: str, secret: str = "DATABASE", params: str = "null") -> str:
    body = textwrap.indent(query, " " * 6)
    task = f"id: x\n    kind: sql\n    connection: '{{{{ secrets.{secret} }}}}'\n    params: {params}"
    return f"secrets: [{secret}]\ntasks:\n  - {task}\n    query: |\n{body}\n"


@pytest.mark.parametrize(
    "query",
    [
        "select a::text, ':b' from t -- :c",
        "insert into t values (1) on conflict (id) do update set a = excluded.a",
        "with n as (insert into t values (1) returning id) select * from n",
        "insert or replace into t values (1)",
        "pragma table_info(t)",
        "select a -> 'b' ->> 'c', d @> '{}' from t where e ? 'f'",
        "refresh materialized view t",
        "do $$ begin end $$",
        "listen news",
        "select 1;",
        "-- first\nselect 1; -- last",
        "create table t (a text primary key, b integer not null default 0)",
        "select `a` from `t`",
    ],
)
def test_a_query_that_some_database_reads_is_let_be(query: str) -> None:
    assert codes(_sql(query)) == []


@pytest.mark.parametrize(
    ("query", "secret", "said"),
    [
        ("select * from t where", "DATABASE", "where"),
        ("select a,\n  b from t where and c", "DATABASE", "c"),
        ("updaet t set a = 1", "DATABASE", "updaet"),
        ("selec 1", "DATABASE", "selec"),
        ("insert into t values (1", "DATABASE", "1"),
        ("attach 'a.db' as b", "POSTGRES_URL", "'a.db'"),
        ("refresh materialized view t", "SQLITE_FILE", "view"),
    ],
)
def test_a_query_that_no_database_reads_is_told_at_its_word(query: str, secret: str, said: str) -> None:
    document = _sql(query, secret)
    found = _only(document)
    assert (found.code, found.severity) == ("OV604", "warning")
    assert found.at.pointer == "/tasks/0/query"
    line = f"overture: 1\nname: example\n{document}".split("\n")[found.at.line - 1]
    assert line[found.at.column - 1 : found.at.end_column - 1] == said


def test_a_task_has_one_statement() -> None:
    assert _only(_sql("delete from t;\nselect 1")).message == "the query has 2 statements"
    assert _only(_sql("-- nothing")).message == "the query has no statement"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("select * from t where a = ?", ["OV602"]),
        ("select * from t where a = %s", ["OV602"]),
        ("select * from t where a = $1", ["OV602"]),
        ("insert into t values (?, ?)", ["OV602"]),
        ("select * from t where a like '%s'", []),
        ("select * from t where a ? 'b'", []),
        ("select '?' from t where a = '$1'", []),
    ],
)
def test_a_placeholder_has_a_name(query: str, found: list[str]) -> None:
    assert codes(_sql(query)) == found


def test_a_query_with_our_names_in_braces_is_one_finding() -> None:
    flow = "inputs: {a: {type: string, default: a}}\n" + _sql("select '{{ inputs.a }}' from from")
    assert len([each for each in verdict(flow).diagnostics if each.severity == "error"]) == 1


@pytest.mark.parametrize("query", ["-- why\nselect 1", "/* a */ (select 1) union (select 2)", "explain select 1"])
def test_a_query_that_only_reads_may_be_repeated(query: str) -> None:
    assert codes(_sql(query) + "    retry: {attempts: 3}\n") == []
    assert codes(_sql("-- select\ndelete from t") + "    retry: {attempts: 3}\n") == ["OV901"]
