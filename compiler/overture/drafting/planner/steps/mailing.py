"""Steps that send mail."""

from __future__ import annotations

from overture.drafting.planner.draft import Draft, NotUnderstoodError, Task
from overture.drafting.planner.mentions import find
from overture.drafting.planner.patterns import Phrase, Said
from overture.drafting.planner.rendering import message_of
from overture.drafting.planner.steps.registry import family
from overture.drafting.planner.texts import literal

step = family("Mail", "Load https://example.com/news and summarise it. ")
_SUBJECT = "[with [the] subject {subject:quoted}]"


@step(f"(email|mail) {{what:thing}} to {{to:email}} {_SUBJECT}", "email the summary to ops@example.com")
@step(f"(email|mail) {{to:email}} {{what:thing}} {_SUBJECT}", "email ops@example.com the summary")
@step(
    f"(send|post) {{what:thing}} [(by|via) (email|mail)] to {{to:email}} {_SUBJECT}",
    'send the summary to ops@example.com with the subject "News"',
)
@step(
    f"send (an email|a mail|a message) to {{to:email}} with {{what:thing}} {_SUBJECT}",
    "send an email to ops@example.com with the summary",
)
def send(draft: Draft, said: Said) -> None:
    of = find(draft, said["what"])
    noun = of.noun.replace("_", " ")
    _mail(draft, said, message_of(draft, of), noun.capitalize())


@step(f"(email|mail|send) {{text:quoted}} to {{to:email}} {_SUBJECT}", 'email "all is well" to ops@example.com')
def send_text(draft: Draft, said: Said) -> None:
    _mail(draft, said, literal(said["text"].first.text), said["text"].first.text[:60])


def _mail(draft: Draft, said: Said, text: str, subject: str) -> None:
    phrase: Phrase | None = said.get("subject")
    if phrase is None:
        draft.assume(f"the subject of the mail is `{subject}`")
    address = said["to"].first.text
    if "," in address or "\n" in address:
        raise NotUnderstoodError
    draft.add(mail(draft, address, text, literal(phrase.first.text if phrase else subject)))


def mail(draft: Draft, to: str, text: str, subject: str) -> Task:
    """The task that sends a mail; its sender is an input, the server a secret."""
    sender = draft.input("mail_from", {"type": "string", "default": "overture@example.com"})
    draft.ask("from which address is mail sent? Set the input `mail_from`, and the secret `SMTP_URL`")
    return {
        "id": draft.id("mail"),
        "kind": "email",
        "connection": draft.secret("SMTP_URL"),
        "from": sender,
        "to": [to],
        "subject": subject,
        "text": text,
    }
