"""What writing workflows for many requests brought up: where the checker is silent, and what it says otherwise."""

from __future__ import annotations

import pytest
from checking import codes, verdict


@pytest.mark.parametrize("kept", ["selectattr('number', 'eq', 'a')", "rejectattr('number', 'none')"])
def test_rows_that_were_filtered_by_one_column_have_others_too(kept: str) -> None:
    query = '{id: open, kind: sql, connection: "{{ secrets.DB }}", query: select * from t, timeout: 1m}'
    read = f"{{id: tell, kind: log, message: \"{{{{ tasks.open.rows | {kept} | map(attribute='cents') | sum }}}}\"}}"
    assert codes(f"secrets: [DB]\ntasks:\n  - {query}\n  - {read}\n") == []


def test_cells_that_were_filtered_by_one_column_have_others_too() -> None:
    table = "{id: table, kind: read_file, path: a.csv, format: csv}"
    kept = "tasks.table.content | selectattr('a', 'eq', '1') | map(attribute='b')"
    read = f'{{id: tell, kind: log, message: "{{{{ {kept} }}}}"}}'
    assert codes(f"tasks:\n  - {table}\n  - {read}\n") == []


@pytest.mark.parametrize(
    ("query", "params", "found"),
    [
        ("select count(*) as n from t", "", []),
        ("  SELECT coalesce(sum(a), 0) as n from t where a > :a", ", params: {a: 1}", []),
        ("select count(*) as n from t group by a", "", ["OV210"]),
        ("select count(*) as n from t having count(*) > 1", "", ["OV210"]),
        ("select sum(a) over () as n from t", "", ["OV210"]),
        ("select a as n from t", "", ["OV210"]),
        ("select count(*) as n from t where a = :a", ", params: [{a: 1}]", ["OV210"]),
    ],
)
def test_a_query_that_counts_gives_a_row(query: str, params: str, found: list[str]) -> None:
    count = f"{{id: count, kind: sql, connection: '{{{{ secrets.DB }}}}', query: '{query}'{params}, timeout: 1m}}"
    read = '{id: tell, kind: log, message: "{{ tasks.count.rows[0].n }}"}'
    assert codes(f"secrets: [DB]\ntasks:\n  - {count}\n  - {read}\n") == found


def test_a_catch_that_reads_its_try_is_told_where_the_error_is() -> None:
    found = verdict("""
        tasks:
          - id: risk
            kind: try
            tasks: [{id: get, kind: http, url: "https://example.com"}]
            catch: [{id: tell, kind: log, message: "{{ tasks.risk.error.message }}"}]
    """)
    assert [(each.code, each.help) for each in found.diagnostics] == [("OV207", "read `tasks.get.error.message`")]


@pytest.mark.parametrize(
    ("guard", "found"),
    [
        ("one.email | matches('^[^@ ,]+@[^@ ,]+$')", []),
        ("one.email | matches('@example.com$')", ["OV808"]),
        ("one.email | matches('^.+@.+$')", ["OV808"]),
        ("one.confirmed == 'yes'", ["OV808"]),
    ],
)
def test_rows_that_are_seen_to_be_one_address_get_a_mail(guard: str, found: list[str]) -> None:
    query = '{id: rows, kind: sql, connection: "{{ secrets.DB }}", query: select * from readers, timeout: 1m}'
    mail = "{id: mail, kind: email, connection: '{{ secrets.DB }}', from: a@b.example, subject: a, text: b, to: '{{ one.email }}'}"  # noqa: E501
    loop = f'{{id: each, kind: foreach, items: tasks.rows.rows, as: one, where: "{guard}", tasks: [{mail}]}}'
    assert [each for each in codes(f"secrets: [DB]\ntasks:\n  - {query}\n  - {loop}\n") if each[:3] == "OV8"] == found


@pytest.mark.parametrize("host", ["{{ inputs.desk }}.example.com", "example.com:{{ inputs.port }}"])
def test_a_host_that_is_put_together_of_inputs_is_not_called_data(host: str) -> None:
    inputs = "inputs: {desk: {type: string, default: a}, port: {type: integer, default: 80}}"
    found = verdict(f"{inputs}\ntasks:\n  - {{id: get, kind: http, url: 'https://{host}/a'}}\n").diagnostics
    assert [each.message for each in found if each.code == "OV801"] == [
        "the host of this url is put together at run time"
    ]
