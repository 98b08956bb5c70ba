"""What starts a workflow, and with what."""

from __future__ import annotations

from overture.checks.analysis import Analysis
from overture.expressions.tree import ObjectOf, constant
from overture.language.workflow import AfterTrigger, ScheduleTrigger, TriggerPart, WebhookTrigger
from overture.plan.prose.values import condition, constant_text, value
from overture.plan.prose.words import listed, named, names

_CATCH_UP = {"last": "the last time that was missed is made up for", "all": "every time that was missed is made up for"}
_ENDED = {"succeeded": "went well", "failed": "failed", "cancelled": "was cancelled"}


def starts(analysis: Analysis) -> list[str]:
    """One sentence a trigger; a workflow without triggers is started by hand."""
    triggers = analysis.workflow.triggers or ()
    if not triggers:
        return ["it is started by hand"]
    return [_start(analysis, number, trigger) for number, trigger in enumerate(triggers)]


def _start(analysis: Analysis, number: int, trigger: TriggerPart) -> str:
    text = f"it {'also ' if number else ''}starts {_event(trigger)}"
    if trigger.when is not None:
        text += f", if {condition(analysis.typed(f'/triggers/{number}/when'), trigger.when)}"
    if trigger.inputs:
        text += f", with {listed(map(named, trigger.inputs))} set"
    if isinstance(trigger, ScheduleTrigger) and trigger.catch_up in _CATCH_UP:
        text += f"; {_CATCH_UP[trigger.catch_up]}"
    return text


def _event(trigger: TriggerPart) -> str:
    if isinstance(trigger, ScheduleTrigger):
        return f"{times(trigger.cron)} ({trigger.timezone})"
    if isinstance(trigger, WebhookTrigger):
        where = f" at a url with secret {named(trigger.key)}" if trigger.key else ""
        signed = f", signed with secret {named(trigger.signature.secret)}" if trigger.signature else ""
        return f"when something is posted to its webhook{where}{signed}"
    assert isinstance(trigger, AfterTrigger)
    return f"after {named(trigger.workflow)} {listed((_ENDED[state] for state in trigger.states), 'or')}"


def times(cron: str) -> str:
    """A cron expression in words."""
    from cron_descriptor import FormatError, MissingFieldError, Options, WrongArgumentError, get_description

    options = Options()
    options.use_24hour_time_format = True
    options.locale_code = "en_US"
    try:
        words = get_description(cron, options)
    except (FormatError, MissingFieldError, WrongArgumentError):  # what it does not know, the checker still does
        return f"at the times of cron `{cron}`"
    first = words[:1].lower() + words[1:]
    return f"every day {first}" if first.startswith("at ") and "," not in first else first


def inputs(analysis: Analysis) -> str | None:
    """What a run is given: the inputs and what they are without."""
    found = []
    for name, schema in (analysis.workflow.inputs or {}).items():
        default = schema.get("default")
        given = "required" if "default" not in schema else f"{constant_text(default)} unless given"
        what = schema.get("description")
        found.append(f"{named(name)} ({f'{what}; ' if isinstance(what, str) else ''}{given})")
    return f"it takes {listed(found)}" if found else None


def outputs(analysis: Analysis) -> str | None:
    """What a run gives when it ends well."""
    tree = analysis.typed("/outputs")
    if not isinstance(tree, ObjectOf):
        return None
    found = []
    for key, item in tree.entries:
        what = value(item)
        found.append(named(str(constant(key))) + (f" ({what})" if what else ""))
    return f"when it ends well it gives {listed(found)}" if found else None


def limits(analysis: Analysis) -> str | None:
    """How many runs there may be at once."""
    concurrency = analysis.workflow.concurrency
    if concurrency is None:
        return None
    runs = "one run" if concurrency.limit == 1 else f"{concurrency.limit} runs"
    more = {"queue": "further ones wait", "skip": "a further one is left out", "fail": "a further one fails"}
    are = "is" if concurrency.limit == 1 else "are"
    return f"there {are} at most {runs} at once: {more[concurrency.when_full]}"


def kept(analysis: Analysis) -> str | None:
    """What is kept between runs."""
    state = analysis.workflow.state
    return f"it keeps {names(state)} from run to run" if state else None
