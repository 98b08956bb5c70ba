"""Looks at what a webhook was sent, in webhook.json: whether its signature is right and its body fits."""

import base64
import hashlib
import hmac
from typing import Any

from schema import misfits  # type: ignore[import-not-found]
from step import parse, read, run, say, show  # type: ignore[import-not-found]


def main() -> None:
    hook = read("webhook.json")
    body: Any = hook.get("body")
    if "raw" in hook:
        if not is_signed(hook["raw"].encode(), hook["signature"], hook["signed"]):
            say(verdict="the signature is wrong")
            return
        try:
            body = parse(hook["raw"]) if hook["raw"] else None
        except ValueError:
            body = hook["raw"]
    if "returns" in hook:
        wrong = list(misfits(body, hook["returns"]))
        if wrong:
            say(verdict="the body does not fit: " + "; ".join(wrong[:3]))
            return
    say(verdict="good", body=show(body))


def is_signed(raw: bytes, signature: dict[str, Any], signed: str) -> bool:
    made = hmac.new(signature["secret"].encode(), raw, hashlib.sha256)
    text = made.hexdigest() if signature["encoding"] == "hex" else base64.b64encode(made.digest()).decode()
    return hmac.compare_digest((signature["prefix"] + text).encode(), signed.encode())


if __name__ == "__main__":
    run(main)
