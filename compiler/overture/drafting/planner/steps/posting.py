"""Steps that post to a chat or a url."""

from __future__ import annotations

from dataclasses import dataclass

from overture.drafting.planner.draft import Draft, EachError, NotUnderstoodError, Task
from overture.drafting.planner.mentions import find, latest, says_each
from overture.drafting.planner.nouns import without_determiners
from overture.drafting.planner.patterns import Phrase, Said
from overture.drafting.planner.rendering import message_of, value_of
from overture.drafting.planner.results import Result
from overture.drafting.planner.slots import is_secret
from overture.drafting.planner.steps.fetching import open_url, url_of
from overture.drafting.planner.steps.registry import family
from overture.drafting.planner.texts import literal, structure_of
from overture.drafting.planner.vocabulary import vocabulary

step = family("Posting", "Fetch the orders from https://shop.example.com/orders. ")


@dataclass(frozen=True, slots=True)
class Chat:
    """`secret` holds the url of its incoming webhook, `field` of the JSON body takes the text."""

    name: str
    secret: str
    field: str = "text"


# Bodies of incoming webhooks: docs.slack.dev (messaging/sending-messages-using-incoming-webhooks), Discord's
# resources/webhook (execute webhook), Mattermost's and Teams' incoming webhooks.
CHATS = (
    Chat("slack", "SLACK_WEBHOOK_URL"),
    Chat("discord", "DISCORD_WEBHOOK_URL", "content"),
    Chat("teams", "TEAMS_WEBHOOK_URL"),
    Chat("mattermost", "MATTERMOST_WEBHOOK_URL"),
)
_DIGESTS = vocabulary("digest list overview report roundup")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is posted: a template of its url; for a chat the field of the text."""

    url: str
    field: str | None
    name: str


def place_of(draft: Draft, phrase: Phrase) -> Place:
    """Reads a `place`; declares the secret that it needs."""
    first = phrase.first
    if first.kind == "url":
        return Place(url_of(phrase), None, "post")
    for token in phrase.tokens:
        if is_secret(token):
            return Place(draft.secret(token.text), None, "post")
    chat = next(chat for chat in CHATS for token in phrase.tokens if token.lower == chat.name)
    channel = next((token.text for token in phrase.tokens if token.kind == "channel"), None)
    if channel:
        draft.assume(f"the webhook in the secret `{chat.secret}` posts to {channel}")
    return Place(draft.secret(chat.secret), chat.field, f"post to {chat.name}")


def posting(draft: Draft, place: Place, content: str, name: str | None = None, method: str = "POST") -> Task:
    """The task that posts a template: a chat gets it as its text, a url as it is."""
    body = {place.field: content} if place.field else content
    return {"id": draft.id(name or place.name), "kind": "http", "method": method, "url": place.url, "body": body}


def _content(draft: Draft, place: Place, of: Result) -> str:
    return message_of(draft, of) if place.field else value_of(of)


@step("<post> [(me|us)] [(the|a) (message|text)] {text:quoted} <to> {place:place}", 'post "all is well" to Slack')
@step("(tell|notify|message|alert|ping) {place:place} [that] {text:quoted}", 'tell Slack "all is well"')
def post_text(draft: Draft, said: Said) -> None:
    text = said["text"].first.text
    place = place_of(draft, said["place"])
    task = posting(draft, place, literal(text))
    value = None if place.field else structure_of(text)
    if value is not None:
        task["body"] = value
        draft.assume("the quoted text is JSON and is sent as such")
    draft.add(task)


@step("<post> {what:thing} <to> {place:place}", "post the orders to #sales on Slack")
@step(
    "<post> {what:thing} as (a message|JSON|text) <to> {place:place}",
    "post the orders as JSON to https://crm.example.com/in",
)
@step("(tell|notify|message|alert|ping) {place:place} (about|of|with) {what:thing}", "notify Discord about the orders")
def post(draft: Draft, said: Said) -> None:
    of = _found(draft, said["what"])
    place = place_of(draft, said["place"])
    draft.add(posting(draft, place, _content(draft, place, of)))


@step(
    "<post> (a|the) [short|daily|weekly] (digest|list|overview|summary|report|roundup) of {what:thing} "
    "<to> {place:place}",
    "post a digest of the orders to Slack",
)
def post_digest(draft: Draft, said: Said) -> None:
    reading = said["what"].reading
    of = find(draft, said["what"])
    if reading.lower(said["what"].start - 2) in ("summary", "report") and not of.is_list:
        raise NotUnderstoodError
    place = place_of(draft, said["place"])
    draft.add(posting(draft, place, _content(draft, place, of)))


@step("<post> {what:thing} <to> [the|our|my] {service:name}", "send the orders to the warehouse")
def post_somewhere(draft: Draft, said: Said) -> None:
    """A place that has only a name: its url is an input."""
    service = said["service"].first
    if service.kind != "word" or service.lower in _NO_PLACES:
        raise NotUnderstoodError
    of = _found(draft, said["what"])
    url = open_url(draft, service.lower.replace("-", "_"), f"at which url does {service.text} take what is posted")
    draft.add(posting(draft, Place(url, None, f"post to {service.lower}"), value_of(of)))


_NO_PLACES = vocabulary("each every it them me us this that file disk order detail english german french spanish")


@step("(put|PUT) {what:thing} to {url:url}", "PUT the orders to https://crm.example.com/orders")
@step("(patch|PATCH) {url:url} with {what:thing}", "PATCH https://crm.example.com/orders with the orders")
@step("(delete|DELETE) {url:url}", "DELETE https://crm.example.com/orders/old")
def write_url(draft: Draft, said: Said) -> None:
    method = said["url"].reading.lower(
        (said["what"].start if "what" in said and said["what"].start < said["url"].start else said["url"].start) - 1
    )
    place = Place(url_of(said["url"]), None, method)
    if "what" in said:
        draft.add(posting(draft, place, value_of(find(draft, said["what"])), method=method.upper()))
    else:
        draft.add({"id": draft.id(method), "kind": "http", "method": method.upper(), "url": place.url})


def _found(draft: Draft, phrase: Phrase) -> Result:
    """`a digest` alone is of the last list."""
    try:
        return find(draft, phrase)
    except EachError:
        raise
    except NotUnderstoodError:
        words = without_determiners(phrase.words)
        if says_each(phrase) or words[-1] not in _DIGESTS or len(words) > 2:
            raise
        if len(words) == 2 and words[0] not in ("short", "daily", "weekly", "brief"):
            raise
    found = latest(draft)
    if found is None or (draft.loop_item() is not None and not found.is_list):
        raise NotUnderstoodError  # a digest of one is none: the one of all stands after the loop
    draft.assume(f"the {words[-1]} is of the {found.noun.replace('_', ' ')}")
    return found
