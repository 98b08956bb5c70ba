"""What holds for the whole workflow: attempts, times, and what failures are told."""

from __future__ import annotations

from overture.drafting.planner.draft import Draft, NotUnderstoodError, Task
from overture.drafting.planner.numbers import count_of, duration_at
from overture.drafting.planner.patterns import Phrase, Said
from overture.drafting.planner.steps.mailing import mail
from overture.drafting.planner.steps.posting import CHATS, Place, place_of, posting
from overture.drafting.planner.steps.registry import family

step = family("Holding for the whole", "Fetch the orders from https://shop.example.com/orders. ")
_RETRIED = "[(it|them|each|each step|every step|all steps|failed steps|everything)]"
_BACKOFF = "[with [exponential] backoff]"
_TELL = "((tell|notify|alert|message|warn|ping) (me|us)|let (me|us) know)"
_FAILURE = "{{ run.error.task | default('the run') }} failed: {{ run.error.message }}"
_MOST_ATTEMPTS = 1000


@step(
    f"retry {_RETRIED} [up to|at most] (once|twice|thrice|{{times:count}} times|{{times:count}}) {_BACKOFF} "
    "[[,] (waiting|after|every|with a delay of|with) {delay:duration} [delay|in between|between attempts]] "
    f"{_BACKOFF} [if it fails|on failure]",
    "retry up to 3 times waiting 10 seconds with backoff",
)
@step(
    f"retry {_RETRIED} (on failure|if it fails|when it fails) [up to|at most] "
    f"(once|twice|{{times:count}} times) {_BACKOFF}",
    "retry on failure up to 3 times",
)
def retry(draft: Draft, said: Said) -> None:
    words = draft.source.lower().split()
    named = {"once": 1, "twice": 2, "thrice": 3}
    times = (
        count_of(said["times"].first)
        if "times" in said
        else next((named[word] for word in words if word in named), None)
    )
    if times is None or not 0 < times < _MOST_ATTEMPTS or "retry" in draft.settings:
        raise NotUnderstoodError
    found: Task = {"attempts": times + 1}
    if "delay" in said:
        delay = duration_at(said["delay"].tokens, 0)
        assert delay is not None  # the slot has read it
        found["delay"] = delay[1]
    if "backoff" in words or "backoff," in words:
        found["backoff"] = "exponential"
    draft.change(draft.settings, "retry", found)
    draft.assume("retries reach what may be repeated: what reads, and AI; not what posts or runs a program")


@step("(time out|give up|stop|cancel it|abort) after {time:duration}", "time out after 10 minutes")
@step("(it may take|take|run for) at most {time:duration}", "it may take at most 10 minutes")
def time_out(draft: Draft, said: Said) -> None:
    if "timeout" in draft.settings:
        raise NotUnderstoodError
    found = duration_at(said["time"].tokens, 0)
    assert found is not None  # the slot has read it
    draft.change(draft.settings, "timeout", found[1])


@step(
    f"{_TELL} [(on|in|via|through|by) {{place:place}}] (if|when|in case) <fails> [(on|in|via) {{place:place}}]",
    "tell me if it fails",
)
@step(
    f"{_TELL} [(on|in|via|through|by) {{place:place}}] (on failure|on error|about failures|of failures)",
    "notify us on Slack about failures",
)
def tell_if_it_fails(draft: Draft, said: Said) -> None:
    draft.append(draft.on_failure, _told(draft, said.get("place")))


@step(f"{_TELL} [(on|in|via|through|by) {{place:place}}] [about it]", "if it fails, tell me on Slack")
def tell(draft: Draft, said: Said) -> None:
    if draft.block.kind != "on_failure":
        raise NotUnderstoodError
    draft.append(draft.block.tasks, _told(draft, said.get("place")))


@step("(email|mail) me [at {to:email}]", "if it fails, email me at ops@example.com")
@step("(email|mail) {to:email}", "if it fails, email ops@example.com")
def mail_of_failure(draft: Draft, said: Said) -> None:
    if draft.block.kind != "on_failure":
        raise NotUnderstoodError
    address = (
        said["to"].first.text
        if "to" in said
        else draft.input("mail_to", {"type": "string", "default": "me@example.com"})
    )
    if "to" not in said:
        draft.ask("to which address is mail sent? Set the input `mail_to`")
    draft.append(draft.block.tasks, {**mail(draft, address, _FAILURE, "The workflow failed"), "source": draft.source})


def _told(draft: Draft, phrase: Phrase | None) -> Task:
    """The task that tells of a failure: in the place that is named, else where the rest is posted, else in the log."""
    if phrase is not None:
        place = place_of(draft, phrase)
    else:
        chat = next((chat for chat in CHATS if chat.secret in draft.secrets), None)
        if chat is None:
            draft.assume("no place was named to tell of a failure: it is logged as an error")
            return {
                "id": draft.id("tell failure"),
                "kind": "log",
                "level": "error",
                "message": _FAILURE,
                "source": draft.source,
            }
        draft.assume(f"failures are told on {chat.name.capitalize()}, where the rest is posted")
        place = Place(draft.secret(chat.secret), chat.field, "tell failure")
    return {**posting(draft, place, _FAILURE, "tell failure"), "source": draft.source}
