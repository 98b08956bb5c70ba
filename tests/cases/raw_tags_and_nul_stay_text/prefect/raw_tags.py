"""Holds raw tags and a NUL.

Run: python raw_tags.py
"""

import asyncio
from typing import Any

from prefect import flow, task


@task
async def texts() -> tuple[str, str]:
    return "{% raw %}{{ x }}{% endraw %}", "a\x00b"


@flow(name="raw_tags")
async def raw_tags() -> dict[str, Any]:
    """Holds raw tags and a NUL."""
    texts_raw, texts_nul = await texts()
    return {"raw": texts_raw, "nul": texts_nul}


if __name__ == "__main__":
    asyncio.run(raw_tags())
