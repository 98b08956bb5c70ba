"""What stands in a GitHub repository: issues, pull requests, commits, releases (docs.github.com/rest)."""

from __future__ import annotations

import re

from overture.drafting.planner.draft import Draft, NotUnderstoodError, Task
from overture.drafting.planner.numbers import duration_at
from overture.drafting.planner.patterns import Phrase, Said
from overture.drafting.planner.results import Result, Schema
from overture.drafting.planner.steps.registry import family
from overture.drafting.planner.texts import in_braces, literal

step = family("GitHub", "Fetch the new issues of acme/app from GitHub. ")
_REPO = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9_.-]{1,100}")
_TEXT: Schema = {"type": "string"}
_VERSION = "2022-11-28"
_PATHS = {
    "issues": "issues",
    "pull": "pulls",
    "prs": "pulls",
    "commits": "commits",
    "releases": "releases",
}
_NOUNS = {"issues": "issues", "pulls": "pull_requests", "commits": "commits", "releases": "releases"}
_TITLES = {"issues": "title", "pulls": "title", "commits": "commit.message", "releases": "tag_name"}
_ALIASES = {
    "url": "html_url",
    "link": "html_url",
    "author": "user.login",
    "text": "body",
    "message": "commit.message",
}
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_LIST = "(fetch|get|load|list|retrieve|pull|collect|find|read)"
_OF = "(of|from|in|for|on)"
_IN = "[the] [GitHub] [repository|repo]"
_WHICH = "(new|open|closed|latest|recent)"
_KIND = "(issues|pull requests|PRs|commits|releases)"
_WHAT = f"[all] [the] [all] [my] [{_WHICH}] [GitHub] {_KIND}"
_SINCE = (
    "[(since the last (release|run|successful run)|(from|of|in) the last {window:duration}|(from|of|since) yesterday|"
    "(labelled|labeled|with the label) {label:quoted})]"
)


def _properties(path: str) -> Schema:
    """What is read of each; the services's answers hold more."""
    if path == "commits":
        author: Schema = {"type": "object", "properties": {"message": _TEXT}, "required": ["message"]}
        return {"sha": _TEXT, "html_url": _TEXT, "commit": author}
    if path == "releases":
        return {"tag_name": _TEXT, "html_url": _TEXT, "created_at": _TEXT, "body": {"type": ["string", "null"]}}
    user: Schema = {"type": "object", "properties": {"login": _TEXT}, "required": ["login"]}
    return {
        "number": {"type": "integer"},
        "title": _TEXT,
        "body": {"type": ["string", "null"]},
        "html_url": _TEXT,
        "created_at": _TEXT,
        "user": user,
    }


def repository(draft: Draft, phrase: Phrase | None) -> str:
    """The url of a repository: the first that is named becomes the input `repo`, another one stands as it is."""
    if phrase is None:
        if "repo" not in draft.inputs:
            draft.input("repo", {"type": "string", "default": "owner/name"})
            draft.ask("in which GitHub repository? Set the input `repo`")
        return "https://api.github.com/repos/{{ inputs.repo }}"
    name = phrase.first.text
    if not _REPO.fullmatch(name) or name.endswith("/.") or ".." in name:
        raise NotUnderstoodError
    known = draft.inputs.get("repo")
    if known is not None and known["default"] == "owner/name":
        draft.change(draft.inputs, "repo", {"type": "string", "default": name})
    elif known is None:
        draft.input("repo", {"type": "string", "default": name})
    elif known["default"] != name:
        return f"https://api.github.com/repos/{name}"
    return "https://api.github.com/repos/{{ inputs.repo }}"


def signed(draft: Draft, task: Task) -> Task:
    """A request as GitHub wants it: its version, and who asks."""
    return {
        **task,
        "headers": {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": _VERSION},
        "auth": {"type": "bearer", "token": draft.secret("GITHUB_TOKEN")},
    }


@step(
    f"{_LIST} {_WHAT} {_OF} {_IN} {{repo:repo}} [(on|from|in) GitHub] {_SINCE}",
    "fetch the new issues of acme/app from GitHub",
)
@step(
    f"{_LIST} [all] [the] [{_WHICH}] GitHub {_KIND} {_SINCE}",
    "get the GitHub releases",
)
@step(f"{_LIST} {_WHAT} {_OF} GitHub {_SINCE}", "list the open pull requests on GitHub")
@step(
    f"{_LIST} {_WHAT} {_SINCE} {_OF} {{repo:repo}} [(on|from|in) GitHub]",
    "get the commits since the last release of acme/app",
)
def fetch(draft: Draft, said: Said) -> None:
    words = draft.source.lower().replace(",", " ").split()
    path = next(_PATHS[word] for word in words if word in _PATHS)
    base = repository(draft, said.get("repo"))
    if "since the last release" in " ".join(words):
        if path != "commits":
            raise NotUnderstoodError
        _commits_since_release(draft, base)
        return
    query: Task = {"per_page": 100}
    if "closed" in words and path in ("issues", "pulls"):
        query["state"] = "closed"
    elif "closed" in words or ("open" in words and path not in ("issues", "pulls")):
        raise NotUnderstoodError
    label = said["label"].first.text if "label" in said else None
    if label is not None:
        if path != "issues" or "," in label:
            raise NotUnderstoodError
        query["labels"] = literal(label)
    since = _since(draft, said, words, path)
    if since is not None and path in ("issues", "commits"):
        query["since"] = in_braces(since)
    noun = _NOUNS[path]
    properties = _properties(path)
    items: Schema = {"type": "object", "properties": properties, "required": list(properties)}
    task = signed(
        draft,
        {
            "id": draft.id(noun),
            "kind": "http",
            "url": f"{base}/{path}",
            "query": query,
            "pages": {"style": "link"},
            "returns": {"type": "array", "items": items},
        },
    )
    draft.add(task)
    expression = f"tasks.{task['id']}.body"
    if path == "issues":
        properties = {**properties, "pull_request": {"type": "object"}}
        task["returns"]["items"]["properties"] = properties
        expression += " | rejectattr('pull_request', 'defined')"
    if since is not None and path != "commits":
        expression += f" | selectattr('created_at', 'ge', {since} | default(''))"
    draft.made(_listed(noun, path, expression, items, frozenset(words), base))


def _listed(noun: str, path: str, expression: str, items: Schema, words: frozenset[str], base: str) -> Result:
    adjectives = words & {"new", "open", "closed", "latest", "recent", "github"}
    return Result(
        noun,
        expression,
        {"type": "array", "items": items},
        frozenset(adjectives) | {"github"},
        title=_TITLES[path],
        aliases=_ALIASES if path != "commits" else {**_ALIASES, "text": "commit.message"},
        service="github" if path in ("issues", "pulls") else None,
        base=base,
    )


def _since(draft: Draft, said: Said, words: list[str], path: str) -> str | None:
    """The moment from which on things are wanted, as an expression."""
    if "window" in said:
        found = duration_at(said["window"].tokens, 0)
        simple = re.fullmatch(r"(\d+)([mhd])", found[1] if found else "")
        if simple is None:
            raise NotUnderstoodError
        return f"(now() | date_add(-{simple[1]}, '{_UNITS[simple[2]]}'))"
    if "yesterday" in words:
        draft.assume("since yesterday is since 24 hours before the run")
        return "(now() | date_add(-24, 'hours'))"
    if {"new", "last"} & set(words):
        draft.assume(
            f"new {_NOUNS[path].replace('_', ' ')} are those made since the last run that succeeded; at first, all"
        )
        return "run.previous_success_at"
    return None


def _commits_since_release(draft: Draft, base: str) -> None:
    latest = signed(
        draft,
        {
            "id": draft.id("latest release"),
            "kind": "http",
            "url": f"{base}/releases/latest",
            "returns": {"type": "object", "properties": {"tag_name": _TEXT}, "required": ["tag_name"]},
        },
    )
    draft.add(latest)
    items: Schema = {"type": "object", "properties": _properties("commits"), "required": list(_properties("commits"))}
    tag = in_braces(f"tasks.{latest['id']}.body.tag_name | urlencode")
    commits = signed(
        draft,
        {
            "id": draft.id("commits"),
            "kind": "http",
            "url": f"{base}/compare/{tag}...HEAD",
            "query": {"per_page": 100},
            "pages": {"style": "link", "items": "commits"},
            "returns": {"type": "array", "items": items},
        },
    )
    draft.add(commits)
    tagged = {"type": "object", "properties": {"tag_name": _TEXT}, "required": ["tag_name"]}
    draft.made(Result("last_release", f"tasks.{latest['id']}.body", tagged, is_side=True, title="tag_name"))
    draft.made(_listed("commits", "commits", f"tasks.{commits['id']}.body", items, frozenset(), base))


@step(f"{_LIST} the (latest|last|newest) [GitHub] release of {{repo:repo}}", "get the latest release of acme/app")
def fetch_latest_release(draft: Draft, said: Said) -> None:
    base = repository(draft, said["repo"])
    properties = _properties("releases")
    returns: Schema = {"type": "object", "properties": properties, "required": list(properties)}
    task = signed(
        draft,
        {"id": draft.id("latest release"), "kind": "http", "url": f"{base}/releases/latest", "returns": returns},
    )
    draft.add(task)
    draft.made(
        Result("latest_release", f"tasks.{task['id']}.body", returns, title="tag_name", aliases={"url": "html_url"})
    )
