"""What a key looks like: the forms that services publish, and what is only a stand-in for one."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from functools import cache

# The forms that the services themselves publish for scanners of secrets.
FORMS = {
    "a token of GitHub": r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,}",
    "a token of GitLab": r"gl(?:pat|dt|rt|cbt|ptt|soat)-[A-Za-z0-9_-]{20,}",
    "a key of AWS": r"(?:AKIA|ASIA)[A-Z0-9]{16}",
    "a token of Slack": r"xox[abeprs]-[A-Za-z0-9-]{10,}|xapp-[0-9]-[A-Za-z0-9-]{10,}",
    "a webhook of Slack": r"https://hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{20,}",
    "a webhook of Discord": r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/[0-9]{16,}/[A-Za-z0-9_-]{40,}",
    "a key of Anthropic": r"sk-ant-[a-z0-9]{3,10}-[A-Za-z0-9_-]{32,}",
    "a key of OpenAI": r"sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}",
    "a key of Google": r"AIza[A-Za-z0-9_-]{35}",
    "a secret of Google": r"GOCSPX-[A-Za-z0-9_-]{28}",
    "a key of Stripe": r"[sr]k_live_[A-Za-z0-9]{20,}",
    "a key of SendGrid": r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
    "a key of Mailchimp": r"[0-9a-f]{32}-us[0-9]{1,2}",
    "a token of npm": r"npm_[A-Za-z0-9]{36}",
    "a token of PyPI": r"pypi-[A-Za-z0-9_-]{50,}",
    "a token of Hugging Face": r"hf_[A-Za-z0-9]{34,}",
    "a token of DigitalOcean": r"do[opr]_v1_[a-f0-9]{64}",
    "a token of Shopify": r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
    "a token of Telegram": r"[0-9]{8,10}:AA[A-Za-z0-9_-]{33}",
    "a token of Notion": r"(?:secret|ntn)_[A-Za-z0-9]{43,}",
    "a token of Doppler": r"dp\.(?:pt|st|ct|sa)\.[A-Za-z0-9]{40,}",
    "a signed token": r"eyJ[A-Za-z0-9_-]{14,}\.eyJ[A-Za-z0-9_-]{14,}\.[A-Za-z0-9_-]{20,}",
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
}
_NAMES = tuple(FORMS)
_HINTS = (
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    *("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glsoat-"),
    *("AKIA", "ASIA", "xox", "xapp-", "hooks.slack", "discord", "sk-", "AIza", "GOCSPX", "k_live_", "SG.", "-us"),
    *("npm_", "pypi-", "hf_", "_v1_", "shp", ":AA", "secret_", "ntn_", "dp.", "eyJ", "PRIVATE"),
)
"""Every form has one of them in it, and most texts none: a whole file is searched for them in no time."""
_ESCAPED = re.compile(r"\\[uxU\s]")
"""What may stand for any character, or join what stands on two lines."""


@cache
def _any_form() -> re.Pattern[str]:
    """Made when a text has a hint of one: few documents do, and it is dear to compile."""
    return re.compile("|".join(f"(?P<k{number}>{form})" for number, form in enumerate(FORMS.values())))


_STAND_IN = re.compile(
    r"example|change.?me|placeholder|your|dummy|fake|sample|redacted|xxx|\*\*\*|\.\.\.|…|<[^<>]*>|\$\{?\w+|todo|insert"
    r"|replace|^0?123456789\w*$|^abcdef\w*$",
    re.IGNORECASE,
)
_WORDS = frozenset(
    (
        "password",
        "passwd",
        "pass",
        "pwd",
        "secret",
        "token",
        "apikey",
        "api_key",
        "key",
        "test",
        "user",
        "none",
        "null",
        "true",
        "false",
        "guest",
        "anonymous",
        "string",
        "basic",
        "bearer",
        "empty",
        "default",
        "optional",
        "required",
    )
)
_FEW = 5
"""Different characters: a key has more, a row of equal ones fewer."""
_DIGEST = re.compile(r"(?:\w+[:-])?(?:[0-9a-f]{7,}|[0-9A-F]{7,}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")
"""A commit, a digest or a UUID names something, and opens nothing."""
_RANDOM = re.compile(r"[A-Za-z0-9+/_=.~-]{20,}")
_BITS = 3.6
"""Of entropy in a character: random letters and digits of a key's length have 3.9 and more, words 3.3 and less."""


def may_hold_key(document: str) -> bool:
    """Whether a text of a document, of which this is the file's text, may hold a key."""
    return any(hint in document for hint in _HINTS) or _ESCAPED.search(document) is not None


def key_in(text: str) -> tuple[str, tuple[int, int]] | None:
    """The name of the service whose key stands in a text, and where; None for stand-ins and where there is none."""
    if not any(hint in text for hint in _HINTS):
        return None
    for found in _any_form().finditer(text):
        # a key stands alone: it is no part of a longer word
        if not re.match(r"\w", text[found.start() - 1 : found.start()]) and not is_stand_in(found.group()):
            return _NAMES[int(str(found.lastgroup)[1:])], found.span()
    return None


def is_stand_in(text: str) -> bool:
    """Whether a text only stands where a key will: `xxx`, `changeme`, `<token>`, AWS's AKIA…EXAMPLE."""
    if text.startswith("-----BEGIN"):
        return False
    plain = re.sub(r"^(?:bearer|basic|token)\s+", "", text.strip(), flags=re.IGNORECASE)
    return bool(_STAND_IN.search(plain)) or plain.lower() in _WORDS or len(set(plain)) < _FEW


def is_random(text: str) -> bool:
    """Whether a text looks as if a generator made it: long, of mixed characters, no words, no digest, no plain text
    in base64."""
    if not _RANDOM.fullmatch(text) or _DIGEST.fullmatch(text) or is_stand_in(text):
        return False
    if not (re.search("[0-9]", text) and re.search("[A-Za-z]", text)) or _is_words(text) or _is_encoded_text(text):
        return False
    return _entropy(text) >= _BITS


def _entropy(text: str) -> float:
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def _is_words(text: str) -> bool:
    """Whether a text is a path, a version, or words joined by signs: of parts that are letters only, or digits only."""
    parts = [part for part in re.split(r"[-_./=~+]", text) if part]
    plain = [part for part in parts if re.fullmatch(r"[a-z]+|[A-Z]+|[A-Z]?[a-z]+|[0-9]+|v[0-9]+", part)]
    return len(plain) * 2 > len(parts)


def _is_encoded_text(text: str) -> bool:
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        return decoded.decode("ascii").isprintable()
    except (binascii.Error, ValueError):
        return False
