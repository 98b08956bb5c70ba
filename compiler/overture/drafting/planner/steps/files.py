"""Steps that read and write files of the workspace."""

from __future__ import annotations

from overture.drafting.planner.draft import Draft, NotUnderstoodError, Task
from overture.drafting.planner.mentions import find_all, latest, says_each
from overture.drafting.planner.nouns import name_of, plural, singular, without_determiners
from overture.drafting.planner.patterns import Phrase, Said
from overture.drafting.planner.rendering import message_of, text_of, value_of
from overture.drafting.planner.results import Result, Schema, type_of
from overture.drafting.planner.steps.fetching import listed_once_spoken_of, url_of
from overture.drafting.planner.steps.paths import path_of
from overture.drafting.planner.steps.registry import family
from overture.drafting.planner.texts import literal
from overture.drafting.planner.vocabulary import vocabulary

step = family("Files", "Fetch the orders from https://shop.example.com/orders. ")
_FORMATS = {"json": "json", "csv": "csv"}
_TEXTS = vocabulary("sh py md txt html htm yaml yml log xml tsv svg")


def _ending(phrase: Phrase) -> str:
    ending = phrase.first.lower.rpartition(".")[2]
    if ending not in _FORMATS and ending not in _TEXTS:
        raise NotUnderstoodError
    return ending


@step("(read|load|open|import) [the file] {file:file}", "read data/sales.csv")
@step("(read|load|import) {what:noun} (from|in) [the file] {file:file}", "read the customers from data/customers.csv")
def read(draft: Draft, said: Said) -> None:
    form = _FORMATS.get(_ending(said["file"]), "text")
    stem = said["file"].first.text.rpartition("/")[2].rpartition(".")[0]
    noun = name_of(said["what"].words[-2:] if "what" in said else [stem])
    if "what" in said:
        noun = name_of(without_determiners(said["what"].words))
        if says_each(said["what"]):
            noun = plural(noun)  # `read every row from a.csv`
    task: Task = {"id": draft.id(f"read {noun}"), "kind": "read_file", "path": path_of(said["file"]), "format": form}
    schema: Schema = {"type": "string"} if form == "text" else {}
    if form == "csv":
        schema = {"type": "array", "items": {"type": "object"}}
        task["returns"] = schema
    draft.add(task)
    is_list = form == "csv"
    if form == "json":
        listed_once_spoken_of(draft, task, f"tasks.{task['id']}.content", noun)
        noun = noun if singular(noun) == noun else "file"
    draft.made(
        Result(
            noun,
            f"tasks.{task['id']}.content",
            schema,
            frozenset(("file",)),
            home=task if form == "json" else None,
            can_grow=form != "text",
            service="csv" if is_list else None,
            nicknames=frozenset(("row", "line", "record", "entry")) if is_list else frozenset(("file",)),
        )
    )


@step("(send|upload|post) [the file] {file:file} to {url:url}", "upload data/a.csv to https://example.com/up")
def upload(draft: Draft, said: Said) -> None:
    task: Task = {
        "id": draft.id("upload"),
        "kind": "http",
        "method": "POST",
        "url": url_of(said["url"]),
        "file": path_of(said["file"]),
    }
    draft.add(task)


@step(
    "(save|write|store|export|put) {what:thing} (to|into|in|as) [the file] {file:file}",
    "save the orders to out/orders.json",
)
def save(draft: Draft, said: Said) -> None:
    of = find_all(draft, said["what"])
    if of.is_list and says_each(said["what"]):
        draft.assume(f"`{said['file'].text}` holds all of the {of.noun.replace('_', ' ')}")
    _save(draft, of, said["file"])


def _save(draft: Draft, of: Result, file: Phrase) -> None:
    form = _FORMATS.get(_ending(file), "text")
    if form == "csv" and not (of.is_list and type_of(of.item_schema) == "object"):
        raise NotUnderstoodError(f"`{file.text}` is a table: which list of objects goes into it?")
    content = value_of(of) if form != "text" else message_of(draft, of) if of.is_list else text_of(of)
    _write(draft, file, form, content)


@step("(save|write|store|export) (to|into|in|as) [the file] {file:file}", "save as out/orders.csv")
def save_latest(draft: Draft, said: Said) -> None:
    of = latest(draft)
    if of is None:
        raise NotUnderstoodError
    draft.assume(f"`{said['file'].text}` holds the {of.noun.replace('_', ' ')}")
    _save(draft, of, said["file"])


@step("(save|write) {text:quoted} (to|into|in) [the file] {file:file}", 'write "done" to done.txt')
def save_text(draft: Draft, said: Said) -> None:
    form = _FORMATS.get(_ending(said["file"]), "text")
    if form == "csv":
        raise NotUnderstoodError
    _write(draft, said["file"], form, literal(said["text"].first.text))


def _write(draft: Draft, file: Phrase, form: str, content: str) -> None:
    task: Task = {
        "id": draft.id("save"),
        "kind": "write_file",
        "path": path_of(file),
        "format": form,
        "content": content,
    }
    draft.add(task)
