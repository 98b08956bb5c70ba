"""What is done about issues and tickets: comments, labels, new ones (docs.github.com/rest/issues)."""

from __future__ import annotations

from collections.abc import Callable

from overture.drafting.planner.draft import Draft, NotUnderstoodError, Task
from overture.drafting.planner.mentions import find, find_all
from overture.drafting.planner.patterns import Said
from overture.drafting.planner.rendering import message_of, text_of
from overture.drafting.planner.results import Result
from overture.drafting.planner.steps.fetching import open_url, url_of
from overture.drafting.planner.steps.github import repository, signed
from overture.drafting.planner.steps.loops import for_each
from overture.drafting.planner.steps.posting import Place, posting
from overture.drafting.planner.steps.registry import family
from overture.drafting.planner.texts import in_braces, literal

step = family("Issues", "Fetch the new issues of acme/app from GitHub. ")


def _on_issue(draft: Draft, of: Result, name: str, make: Callable[[Result], Task]) -> None:
    """Do something to an issue, or to each of a list of issues."""
    if of.service != "github":
        raise NotUnderstoodError
    for_each(draft, of, name, lambda item: signed(draft, make(item)))


@step("comment {text:quoted} on {what:thing}", 'comment "Thank you!" on each issue')
@step("(comment on|reply to|answer) {what:thing} with {text:quoted}", 'reply to each issue with "Thank you!"')
@step(
    "(add|post|write) {content:thing} as a comment (on|to) {what:thing}",
    "for each issue, summarise it and add the summary as a comment on it",
)
@step("comment on {what:thing} with {content:thing}", "for each issue, summarise it and comment on it with the summary")
def comment(draft: Draft, said: Said) -> None:
    of = find_all(draft, said["what"])
    content = literal(said["text"].first.text) if "text" in said else text_of(find(draft, said["content"]))

    def make(item: Result) -> Task:
        return {
            "id": draft.id("comment"),
            "kind": "http",
            "method": "POST",
            "url": f"{of.base}/issues/{in_braces(f'{item.expression}.number')}/comments",
            "body": {"body": content},
        }

    _on_issue(draft, of, "comment on", make)


@step("close {what:thing}", "close the issues")
def close(draft: Draft, said: Said) -> None:
    of = find_all(draft, said["what"])

    def make(item: Result) -> Task:
        return {
            "id": draft.id("close"),
            "kind": "http",
            "method": "PATCH",
            "url": f"{of.base}/issues/{in_braces(f'{item.expression}.number')}",
            "body": {"state": "closed"},
            "idempotent": True,
        }

    _on_issue(draft, of, "close", make)


@step("(add|apply|give|put) [the] label {label:quoted} (to|on) {what:thing}", 'add the label "triage" to the issues')
@step("label {what:thing} {label:quoted}", 'label the issues "triage"')
@step(
    "(add|apply|put) the label (to|on) {what:thing}",
    "for each issue, classify it as bug or question and add the label to it",
)
def add_label(draft: Draft, said: Said) -> None:
    of = find_all(draft, said["what"])
    if "label" in said:
        label = literal(said["label"].first.text)
    else:
        sorted_ = next(
            (each for each in draft.results() if each.labels and not each.is_list and not each.is_gone), None
        )
        if sorted_ is None:
            raise NotUnderstoodError
        label = in_braces(sorted_.expression)

    def make(item: Result) -> Task:
        return {
            "id": draft.id("add label"),
            "kind": "http",
            "method": "POST",
            "url": f"{of.base}/issues/{in_braces(f'{item.expression}.number')}/labels",
            "body": {"labels": [label]},
            "idempotent": True,
        }

    _on_issue(draft, of, "label", make)


_OPEN_ONE = "(open|create|file|raise|add) (a|an|one) [new] [GitHub] {kind:noun}"
_OPEN = (
    "(open|create|file|raise|add) [a|an|one] [new] [GitHub] {kind:noun} for "
    "[(each [one] of|every one of|each|every|all of|all)] {of:thing}"
)


@step(f"{_OPEN_ONE}", "for each issue, open a ticket")
@step(f"{_OPEN_ONE} (in|on|at|with|through) {{repo:repo}}", "for each issue, open an issue in acme/tracker")
@step(f"{_OPEN_ONE} (in|on|at|with|through) {{url:url}}", "for each issue, open a ticket at https://example.com/new")
@step(f"{_OPEN}", "classify each as bug or question and open a ticket for the bugs")
@step(
    f"{_OPEN} (in|on|at|with|through) {{repo:repo}}",
    "classify each as bug or question and create an issue for the bugs in acme/tracker",
)
@step(
    f"{_OPEN} (in|on|at|with|through) {{url:url}}",
    "open a ticket for each issue at https://tracker.example.com/tickets",
)
def open_ticket(draft: Draft, said: Said) -> None:
    kind = said["kind"].words
    if kind not in (["ticket"], ["issue"], ["issues"], ["tickets"]):
        raise NotUnderstoodError
    what = kind[0].rstrip("s")
    of = find_all(draft, said["of"]) if "of" in said else draft.loop_item()
    if of is None:
        raise NotUnderstoodError
    on_github = "repo" in said or (what == "issue" and of.service == "github" and "url" not in said)
    if on_github:
        url = f"{repository(draft, said['repo']) if 'repo' in said else of.base}/issues"
        if "repo" not in said:
            draft.assume("the new issues go into the repository that the others come from")
    elif "url" in said:
        url = url_of(said["url"])
    else:
        url = open_url(draft, f"{what}s", f"at which url are {what}s opened")

    def make(item: Result) -> Task:
        title = f"{item.expression}.{item.title}" if item.title else f"{item.expression} | tojson | truncate(200)"
        link = f"{in_braces(f'{item.expression}.html_url')}\n\n" if item.service == "github" else ""
        body: Task = {"title": in_braces(title), "body": f"{link}{in_braces(f'{item.expression} | tojson')}"}
        if item.service == "github":
            body["body"] = link + in_braces(f"{item.expression}.body")
        task = posting(draft, Place(url, None, f"open {what}"), "")
        task["body"] = body
        return signed(draft, task) if on_github else task

    for_each(draft, of, f"open {what}", make)


@step(
    "(open|create|file) (an|a|the) [GitHub] issue {title:quoted} (in|on|at) {repo:repo}",
    'create an issue "Weekly report" in acme/app',
)
@step(
    "(open|create|file) (an|a|the) [GitHub] issue (in|on|at) {repo:repo} with {body:thing}",
    "summarise the issues and create an issue in acme/app with the summary",
)
@step(
    "(open|create|file) (an|a|the) [GitHub] issue {title:quoted} (in|on|at) {repo:repo} with {body:thing}",
    'summarise the issues and create an issue "Weekly report" in acme/app with the summary',
)
def create_issue(draft: Draft, said: Said) -> None:
    base = repository(draft, said["repo"])
    task: Task = {"id": draft.id("create issue"), "kind": "http", "method": "POST", "url": f"{base}/issues"}
    of = find(draft, said["body"]) if "body" in said else None
    title = literal(said["title"].first.text) if "title" in said else None
    if title is None and of is not None:
        title = of.noun.replace("_", " ").capitalize()
        draft.assume(f"the title of the issue is `{title}`")
    task["body"] = {"title": title, **({"body": message_of(draft, of)} if of is not None else {})}
    draft.add(signed(draft, task))
