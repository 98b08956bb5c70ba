"""The kinds of task (language.md 5): one class a kind, its fields with their roles.

A field's description is what editors show and what the JSON Schema says; a field's role (roles.py) is how its texts are
read. `Kind` facts that checker, plan and backends need (what a task results in, whether it may be repeated) stand in
kinds.py.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from overture.language.roles import Expression, Expressions, Items, Role, Template, Texts, Value, Values
from overture.language.scalars import Duration, Name, Schema

OnError = Literal["fail", "continue"]
Status = Annotated[int, Field(ge=100, le=599)] | Annotated[str, Field(pattern=r"^[1-5][0-9]{2}(-[1-5][0-9]{2})?$")]


class Part(BaseModel):
    """A part of the document: frozen, unknown keys refused, no coercion.

    What judges it is built when it is first needed, and for the whole document at once: to build it for each class as
    it is defined takes as long as importing pydantic.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True, defer_build=True)


class Retry(Part):
    """Attempts of one task. Every failure is retried alike."""

    attempts: int = Field(ge=1, le=1000, description="attempts in all: `retry twice` is 3")
    delay: Duration = Field("1s", description="at least this long between two attempts")
    backoff: Literal["constant", "exponential"] = Field("constant", description="exponential doubles the delay")
    max_delay: Duration | None = Field(None, description="the longest delay of an exponential backoff")


class BearerAuth(Part):
    """A bearer token."""

    type: Literal["bearer"] = Field(description="a bearer token")
    token: Template = Field(description="the token, a secret")


class BasicAuth(Part):
    """A user name and a password."""

    type: Literal["basic"] = Field(description="a user name and a password")
    username: Template = Field(description="the name")
    password: Template = Field(description="the password, a secret")


class KeyAuth(Part):
    """Only for `action`: the catalogue says where the key goes."""

    type: Literal["key"] = Field(description="a key")
    value: Template = Field(description="the key, a secret")


class Pages(Part):
    """How a list that comes in pages is read; `.body` is the joined list."""

    style: Literal["link", "cursor", "page", "offset"] = Field(
        description="link follows rel=next; cursor sends `next` back as `param`; page and offset count"
    )
    param: str | None = Field(None, description="the parameter that says which page")
    in_: Literal["query", "body"] = Field("query", alias="in", description="where `param` goes")
    items: str | None = Field(None, description="dotted path of the list in the body; none: the body is the list")
    next: str | None = Field(None, description="dotted path of the next cursor in the body")
    size: int | None = Field(None, ge=1, description="a page shorter than this is the last; compared, never sent")
    limit: int = Field(1000, ge=1, description="most pages; more fails")


class Common(Part):
    """What every task has."""

    id: Name = Field(description="unique in the whole document")
    description: str | None = Field(None, description="what the task is for")
    needs: tuple[Name, ...] | None = Field(
        None, description="tasks of the same block that must end first; none given: the task before"
    )
    when: Expression | None = Field(None, description="false: the task is skipped")
    on_error: OnError = Field("fail", description="continue: a failure does not fail the block")
    source: str | None = Field(None, description="the words of the request that asked for this task")


class Repeatable(Common):
    """What a task has that may be attempted again."""

    retry: Retry | None = Field(
        None, description="attempts; without it `defaults.retry` where the task may be repeated"
    )
    timeout: Duration | None = Field(None, description="of one attempt")
    idempotent: bool = Field(False, description="doing it twice is doing it once: it may be repeated")
    at_most_once: bool = Field(False, description="never started again after a crash")


class Container(Common):
    """What a block and an approval have."""

    timeout: Duration | None = Field(None, description="of the whole block")


class HttpTask(Repeatable):
    """An HTTP request. Result: `.status`, `.headers`, `.body`, `.path`."""

    kind: Literal["http"] = Field(description="an HTTP request")
    method: Literal["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"] = Field(
        "GET", description="what is done; GET, HEAD, OPTIONS, PUT and DELETE may be repeated"
    )
    url: Template = Field(
        description="http or https; its host is literal, an input or a secret, unless `hosts` is given"
    )
    query: Values | None = Field(None, description="parameters; a list repeats the key, null leaves it out")
    headers: Texts | None = Field(None, description="headers of the request")
    body: Value | None = Field(None, description="sent as JSON; a text as it is")
    form: Values | None = Field(None, description="sent as a form")
    file: Template | None = Field(None, description="a path in the workspace whose content is sent")
    auth: Annotated[BearerAuth | BasicAuth, Field(discriminator="type")] | None = Field(None, description="who asks")
    accept: tuple[Status, ...] = Field(("200-299",), description="statuses that are no failure")
    pages: Pages | None = Field(None, description="how a list that comes in pages is read")
    save: Template | None = Field(None, description="a path in the workspace for the body; read as `.path`")
    hosts: tuple[str, ...] | None = Field(
        None, description='patterns that a url from data may reach: `["*.example.com"]`'
    )
    returns: Schema | None = Field(None, description="what the body must look like, or the attempt fails")


class ActionTask(Repeatable):
    """A named operation of the catalogue; expands to http. Result: `.value`."""

    kind: Literal["action"] = Field(description="an operation of the catalogue")
    uses: str = Field(description="operation, such as `github.list_commits`")
    with_: Values | None = Field(None, alias="with", description="its parameters")
    auth: Annotated[BearerAuth | BasicAuth | KeyAuth, Field(discriminator="type")] | None = Field(
        None, description="in place of the secret that the catalogue names"
    )
    returns: Schema | None = Field(
        None, description="what the value must look like; without it what the catalogue says"
    )


class AiTask(Repeatable):
    """Asks a model for a judgement. Result: `.value`, `.model`, `.usage`."""

    kind: Literal["ai"] = Field(description="a judgement of a model")
    prompt: Template = Field(description="what is asked")
    system: Template | None = Field(None, description="what holds for every question; never made of data")
    models: tuple[str, ...] | None = Field(
        None, min_length=1, description="first, then fallbacks; none: OVERTURE_MODEL"
    )
    temperature: float | None = Field(None, ge=0, le=2, description="0: the likeliest words")
    max_tokens: int | None = Field(None, ge=1, description="most tokens of an answer")
    returns: Schema | None = Field(None, description="what the answer must look like; without it the value is the text")


class PythonTask(Repeatable):
    """Runs `main(...)` in a child process. Result: `.value`."""

    kind: Literal["python"] = Field(description="a function in Python")
    code: str = Field(description="defines `main`; its parameters are `args`")
    args: Values | None = Field(None, description="arguments of `main`, by name")
    requirements: tuple[str, ...] | None = Field(None, description="packages, installed by uv")
    returns: Schema | None = Field(None, description="what `main` must return")


class ShellTask(Repeatable):
    """Runs a program; no shell reads the words. Result: `.exit_code`, `.stdout`, `.stderr`, `.value`."""

    kind: Literal["shell"] = Field(description="a program")
    command: Annotated[tuple[str, ...], Field(min_length=1), Role.ARGV] = Field(
        description="program (literal) and arguments"
    )
    env: Texts | None = Field(None, description="variables that the program sees beside the clean environment")
    stdin: Template | None = Field(None, description="text for the program's input")
    accept: tuple[Annotated[int, Field(ge=0, le=255)], ...] = Field((0,), description="exit codes that are no failure")
    returns: Schema | None = Field(None, description="stdout is read as JSON into `.value`")


class SqlTask(Repeatable):
    """Runs a query. Result: `.rows`, `.row_count`."""

    kind: Literal["sql"] = Field(description="a query")
    connection: Template = Field(description='exactly `"{{ secrets.X }}"`, a url')
    query: str = Field(description="literal, with `:name` placeholders")
    params: Value | None = Field(
        None, description="an object, or a list of objects: the query for each in one transaction"
    )


class EmailTask(Repeatable):
    """Sends a mail."""

    kind: Literal["email"] = Field(description="a mail")
    connection: Template = Field(description='exactly `"{{ secrets.X }}"`, `smtps://user:password@host`')
    from_: Template = Field(alias="from", description="the sender")
    to: Value = Field(description="the recipients: a list, or a text with commas")
    cc: Value | None = Field(None, description="recipients of a copy")
    bcc: Value | None = Field(None, description="recipients whom the others do not see")
    reply_to: Template | None = Field(None, description="where answers go")
    subject: Template = Field(description="the subject")
    text: Template | None = Field(None, description="the body as text")
    html: Template | None = Field(None, description="the body as HTML")
    headers: Texts | None = Field(None, description="further headers of the mail")
    attachments: Value | None = Field(None, description="paths in the workspace")


class ReadFileTask(Common):
    """Reads a file of the workspace. Result: `.content`."""

    kind: Literal["read_file"] = Field(description="reads a file")
    path: Template = Field(description="a path in the workspace")
    format: Literal["text", "lines", "json", "csv", "base64"] = Field("text", description="how the content is read")
    returns: Schema | None = Field(None, description="what the content must look like")


class WriteFileTask(Common):
    """Writes a file of the workspace. Result: `.path`."""

    kind: Literal["write_file"] = Field(description="writes a file")
    path: Template = Field(description="a path in the workspace")
    format: Literal["text", "lines", "json", "csv", "base64"] = Field("text", description="how the content is written")
    content: Value = Field(description="what is written")


class SetTask(Common):
    """Names values. Result: `.<name>` for each."""

    kind: Literal["set"] = Field(description="names values")
    values: Values = Field(min_length=1, description="values by name; no name is `state` or `error`")


class RememberTask(Common):
    """Keeps values in the workflow's state, at once."""

    kind: Literal["remember"] = Field(description="keeps values between runs")
    values: Values = Field(min_length=1, description="values by the name of a state")


class LogTask(Common):
    """Writes a line to the run's log."""

    kind: Literal["log"] = Field(description="a line in the log")
    message: Template = Field(description="what is written")
    level: Literal["debug", "info", "warning", "error"] = Field("info", description="how grave it is")


class AssertTask(Common):
    """Fails unless every condition holds."""

    kind: Literal["assert"] = Field(description="fails unless all holds")
    that: Annotated[Expressions, Field(min_length=1)] = Field(description="conditions")
    message: Template | None = Field(None, description="the message of the failure")


class FailTask(Common):
    """Fails."""

    kind: Literal["fail"] = Field(description="fails")
    message: Template = Field(description="the message of the failure")


class StopTask(Common):
    """Ends the run well: what comes after is skipped. Only in the workflow's own task list."""

    kind: Literal["stop"] = Field(description="ends the run well")
    message: Template | None = Field(None, description="why the run ends")


class WaitTask(Common):
    """Waits for a time, or until a moment."""

    kind: Literal["wait"] = Field(description="waits")
    for_: Template | None = Field(None, alias="for", description="a duration")
    until: Template | None = Field(None, description="an RFC 3339 moment")


class ApproveTask(Container):
    """Waits for a person. Result: `.outcome`, `.approved`, `.by`, `.comment`, `.value`."""

    kind: Literal["approve"] = Field(description="asks a person")
    message: Template = Field(description="what the person is asked")
    on_timeout: Literal["approve", "reject", "fail"] = Field("fail", description="what silence means")
    returns: Schema | None = Field(None, description="fields to fill in")


class CallTask(Repeatable):
    """Runs another workflow that stands beside this one. Result: `.value`, its outputs."""

    kind: Literal["call"] = Field(description="runs another workflow")
    workflow: Name = Field(description="the name of the other workflow")
    inputs: Values | None = Field(None, description="its inputs")
    wait: bool = Field(True, description="false: start it and go on")


class Case(Part):
    """A case of a branch."""

    when: Expression = Field(description="true: this case is taken")
    tasks: tuple[Task, ...] = Field(min_length=1, description="what is done then")


class BranchTask(Container):
    """The first case that is true. Result: `.taken`."""

    kind: Literal["branch"] = Field(description="one of several ways")
    cases: tuple[Case, ...] = Field(min_length=1, description="the first that is true is taken")
    else_: tuple[Task, ...] | None = Field(None, alias="else", min_length=1, description="done when no case is true")


class ForeachTask(Container):
    """For each item of a list; without tasks, a mapping. Result: `.value`, in item order, and `.failed`."""

    kind: Literal["foreach"] = Field(description="for each item")
    items: Items = Field(description="an expression that gives a list, or a list of literals")
    as_: Name = Field(alias="as", description="the item's name")
    where: Expression | None = Field(None, description="drops items before")
    concurrency: int = Field(1, ge=1, le=1000, description="items at once")
    on_item_error: Literal["fail", "skip"] = Field(
        "fail", description="skip: a failed item is left out of `.value` and stands in `.failed`"
    )
    tasks: tuple[Task, ...] | None = Field(None, min_length=1, description="done for each item")
    collect: Expression | None = Field(None, description="what each item gives to `.value`")


class RepeatTask(Container):
    """Rounds until a condition holds; fails when the rounds are used up. Result: `.iterations`."""

    kind: Literal["repeat"] = Field(description="until a condition holds")
    attempts: int = Field(ge=1, le=100_000, description="most rounds")
    every: Duration = Field("1s", description="between two rounds")
    until: Expression = Field(description="read after each round; true: no further round")
    tasks: tuple[Task, ...] = Field(min_length=1, description="done in each round")


class TryTask(Container):
    """Runs tasks; when they fail, `catch`. Result: `.failed`, `.error`."""

    kind: Literal["try"] = Field(description="may fail")
    tasks: tuple[Task, ...] = Field(min_length=1, description="what may fail")
    catch: tuple[Task, ...] | None = Field(None, min_length=1, description="done when they failed")


Task = Annotated[
    HttpTask
    | ActionTask
    | AiTask
    | PythonTask
    | ShellTask
    | SqlTask
    | EmailTask
    | ReadFileTask
    | WriteFileTask
    | SetTask
    | RememberTask
    | LogTask
    | AssertTask
    | FailTask
    | StopTask
    | WaitTask
    | ApproveTask
    | CallTask
    | BranchTask
    | ForeachTask
    | RepeatTask
    | TryTask,
    Field(discriminator="kind"),
]

TASKS: dict[str, type[Common]] = {
    get_args(each.model_fields["kind"].annotation)[0]: each for each in get_args(get_args(Task)[0])
}
"""The class of each kind, in the order of the language reference."""

KINDS: tuple[str, ...] = tuple(TASKS)
