"""The whole document (language.md 1)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue, field_validator

from overture.language.roles import Expression, Outputs, Values
from overture.language.scalars import Duration, Name, Schema, SecretName
from overture.language.tasks import Part, Retry, Task


class Signature(Part):
    """HMAC-SHA256 of a webhook's raw body."""

    header: str = Field(description="the header that holds it")
    secret: SecretName = Field(description="the secret it is made with")
    prefix: str = Field("", description="what stands before it in the header, such as `sha256=`")
    encoding: Literal["hex", "base64"] = Field("hex", description="how it is written")


class TriggerPart(Part):
    """What every trigger has."""

    inputs: Values | None = Field(None, description="values of the workflow's inputs; literal for a schedule")
    when: Expression | None = Field(None, description="over `trigger` and `inputs`; false: no run")


class ScheduleTrigger(TriggerPart):
    """Starts the workflow at the times of a cron expression."""

    type: Literal["schedule"] = Field(description="at the times of a cron expression")
    cron: str = Field(description="POSIX cron of five fields; both day fields set = either")
    timezone: str = Field(description="IANA name, such as Europe/Berlin")
    catch_up: Literal["none", "last", "all"] = Field("none", description="what to do about times that were missed")


class WebhookTrigger(TriggerPart):
    """Starts the workflow when something is posted to its url; read as `trigger.body`, `.headers`, `.query`."""

    type: Literal["webhook"] = Field(description="when something is posted")
    key: SecretName | None = Field(None, description="the secret that stands in the url")
    signature: Signature | None = Field(None, description="how the sender signs the body")
    returns: Schema | None = Field(None, description="what the body must look like")


class AfterTrigger(TriggerPart):
    """Starts the workflow after another one; read as `trigger.outputs`."""

    type: Literal["after"] = Field(description="after another workflow")
    workflow: Name = Field(description="the name of the other workflow")
    states: tuple[Literal["succeeded", "failed", "cancelled"], ...] = Field(
        ("succeeded",), description="how the other one may have ended"
    )


Trigger = Annotated[ScheduleTrigger | WebhookTrigger | AfterTrigger, Field(discriminator="type")]


class Defaults(Part):
    """Settings of all tasks that have none of their own."""

    retry: Retry | None = Field(None, description="for tasks that may be repeated")
    timeout: Duration | None = Field(None, description="for tasks that can have one")


class Concurrency(Part):
    """How many runs there may be at once."""

    limit: int = Field(ge=1, description="runs at once")
    when_full: Literal["queue", "skip", "fail"] = Field("queue", description="what becomes of one run more")


class Workflow(Part):
    """A workflow, version 1 of the language."""

    model_config = ConfigDict(title="Overture workflow")

    overture: Literal[1] = Field(description="version of the language")
    name: Name = Field(description="the name of the workflow and of its file")
    description: str | None = Field(None, description="what the workflow is for")
    labels: dict[str, str] | None = Field(None, description="texts by name, for whoever sorts workflows")
    inputs: dict[Name, Schema] | None = Field(None, description="JSON Schemas with `default`; no default = required")
    secrets: tuple[SecretName, ...] | None = Field(None, description="names of the secrets that the workflow may read")
    state: dict[Name, Schema] | None = Field(
        None, description="kept between runs, read as `state.x`, written by `remember`"
    )
    triggers: tuple[Trigger, ...] | None = Field(None, description="what starts it; none: a person")
    defaults: Defaults | None = Field(None, description="settings of all tasks that have none of their own")
    timeout: Duration | None = Field(None, description="of the whole run")
    concurrency: Concurrency | None = Field(None, description="how many runs there may be at once")
    tasks: tuple[Task, ...] = Field(min_length=1, description="what is done, in order")
    outputs: Outputs | None = Field(None, description="expressions, read after `finally`")
    on_failure: tuple[Task, ...] | None = Field(None, description="runs when the workflow fails")
    finally_: tuple[Task, ...] | None = Field(None, alias="finally", description="runs however the workflow ends")

    @field_validator("on_failure", "finally_")
    @classmethod
    def _none_for_nothing(cls, tasks: tuple[Task, ...] | None) -> tuple[Task, ...] | None:
        """An empty list of handlers is no handler, spelt otherwise: the document has one form."""
        return tasks or None


Json = JsonValue
