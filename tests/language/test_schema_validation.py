from __future__ import annotations

import pytest

from overture.language.schema import Misfit, validate

STRING = {"type": "string"}


def only(value: object, schema: object) -> Misfit:
    found = validate(value, schema)
    assert len(found) == 1, found
    return found[0]


def test_what_fits_has_no_misfit() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "array", "items": STRING}}, "required": ["a"]}
    assert validate({"a": ["x"], "more": 1}, schema) == []


def test_a_misfit_names_its_place() -> None:
    schema = {"properties": {"a": {"items": {"properties": {"b-c": {"type": "integer"}}}}}}
    assert only({"a": [{"b-c": "x"}]}, schema) == Misfit("/a/0/b-c", "`$.a[0]['b-c']` must be an integer, not a string")


def test_every_missing_property_is_told_once() -> None:
    found = validate({"b": 1}, {"required": ["a", "b", "c"]})
    assert [each.message for each in found] == ["`$` lacks `a`", "`$` lacks `c`"]


def test_a_property_too_many_is_told_at_itself() -> None:
    misfit = only({"a": 1, "x/y": 2}, {"properties": {"a": {}}, "additionalProperties": False})
    assert misfit == Misfit("/x~1y", "`$` may not have `x/y`")


@pytest.mark.parametrize(
    ("value", "schema", "message"),
    [
        ("z", {"enum": ["a", 1]}, '`$` is `"z"`, none of `a`, `1`'),
        ("z" * 99, {"enum": ["a"]}, "`$` is a string, none of `a`"),
        (1, {"minimum": 2}, "`$` must be at least 2, not `1`"),
        (3, {"maximum": 2}, "`$` must be at most 2, not `3`"),
        ("", {"minLength": 1}, "`$` must have at least 1 character, not 0"),
        ([1, 2], {"maxItems": 1}, "`$` must have at most 1 item, not 2"),
        ("b", {"pattern": "^a$"}, "`$` does not match `^a$`"),
        ("b", {"format": "date"}, "`$` is no `date`"),
        (None, {"type": ["integer", "string"]}, "`$` must be an integer or a string, not null"),
        (True, {"type": "integer"}, "`$` must be an integer, not a boolean"),
    ],
)
def test_the_message_says_what_must_be(value: object, schema: object, message: str) -> None:
    assert only(value, schema).message == message


@pytest.mark.parametrize(("value", "fits"), [(2.0, True), (2, True), (2.5, False), (1e300, False), (True, False)])
def test_an_integral_double_within_53_bits_is_an_integer(value: object, fits: bool) -> None:
    assert (validate(value, {"type": "integer"}) == []) is fits


def test_true_is_not_1_and_2_is_2_0() -> None:
    assert validate(True, {"enum": [1]}) != []
    assert validate([{"a": 2.0}], {"enum": [[{"a": 2}]]}) == []


@pytest.mark.parametrize(
    ("text", "pattern", "fits"),
    [
        ("abc", "b", True),
        ("a\n", "^a$", False),
        ("a$", r"^a\$$", True),
        ("$", "^[$]$", True),
        ("]", r"^[\]$]$", True),
        ("٣", r"^\d$", False),
        ("é", r"^\w$", False),
        ("é", "^.$", True),
    ],
)
def test_a_pattern_means_what_it_means_in_java_and_javascript(text: str, pattern: str, fits: bool) -> None:
    assert (validate(text, {"pattern": pattern}) == []) is fits


def test_properties_may_be_named_as_keywords_are() -> None:
    schema = {"properties": {"pattern": {"pattern": "^a$"}, "enum": {"pattern": "^a$"}}}
    assert len(validate({"pattern": "a\n", "enum": "a\n"}, schema)) == 2


@pytest.mark.parametrize(
    ("format", "right", "wrong"),
    [
        ("date-time", ["2026-01-31T09:00:00Z", "2026-01-31t09:00:00.123+01:00", "1990-12-31T23:59:60Z"],
         ["2026-01-31", "2026-02-30T09:00:00Z", "2026-01-31T09:00:00", "2026-01-31T24:00:00Z",
          "2026-01-31T09:00:00+25:00", "x"]),
        ("date", ["2024-02-29"], ["2026-02-29", "20260131", "2026-1-3", "2026-W01-1"]),
        ("time", ["09:00:00Z"], ["09:00", "9:00:00Z"]),
        ("email", ["a.b+c@example.com", "a@localhost"], ["a", "a@", "@b", "a b@c.de", "a@b@c", "a..b@c.de", "a@-b.de"]),
        ("uri", ["https://example.com/a?b=c#d", "mailto:a@b.c", "urn:x:y"],
         ["/a", "example.com", "http://a b", "http://a/%zz", "http://a:port/", "http://ü.de"]),
        ("ipv4", ["127.0.0.1"], ["127.1", "256.0.0.1"]),
        ("ipv6", ["::1"], ["1::2::3", "fe80::1%eth0"]),
        ("uuid", ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567e89b12d3a456426614174000"]),
        ("hostname", ["a.example.com"], ["-a", "a..b", "a_b"]),
        ("nobody-knows-it", ["x"], []),
    ],
)  # fmt: skip
def test_the_usual_formats_are_checked(format: str, right: list[str], wrong: list[str]) -> None:
    assert [text for text in right if validate(text, {"format": format})] == []
    assert [text for text in wrong if not validate(text, {"format": format})] == []
    assert validate(1, {"format": format}) == []


@pytest.mark.parametrize("schema", [{"type": "text"}, {"pattern": "("}, {"minimum": "1"}, {"required": "a"}])
def test_a_schema_that_is_none_is_refused(schema: object) -> None:
    with pytest.raises(ValueError, match="is wrong"):
        validate(1, schema)


def test_of_several_branches_the_one_that_was_meant_is_told() -> None:
    def branch(kind: str) -> object:
        return {"type": "object", "properties": {"kind": {"const": kind}, "n": {"type": "integer"}}, "required": ["n"]}

    schema = {"anyOf": [branch("a"), branch("b"), {"type": "null"}]}
    assert only({"kind": "b", "n": "x"}, schema).message == "`$.n` must be an integer, not a string"
    assert only({"kind": "c", "n": "x"}, schema).message == "`$` does not fit `anyOf`"


def test_a_wrong_name_of_a_property_is_told() -> None:
    misfit = only({"a": {"B": 1}}, {"properties": {"a": {"propertyNames": {"pattern": "^[a-z]$"}}}})
    assert misfit == Misfit("/a/B", "`$.a` may not have a key that is named `B`")


def test_a_reference_to_elsewhere_is_never_fetched() -> None:
    with pytest.raises(ValueError, match=r"refers to `https://example\.invalid/schema\.json`, which it does not hold"):
        validate(1, {"$ref": "https://example.invalid/schema.json"})
