"""Downloads a picture to a file and uploads that file.

Run: python carrying.py
"""

import asyncio
from pathlib import Path
from typing import Any

import httpx
from prefect import flow, task


async def send(method: str, url: str, **options: Any) -> httpx.Response:
    """Send a request and follow its redirects; what is not accepted is an error."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
        for _ in range(6):
            response = await client.send(request)
            if response.next_request is None:
                return response.raise_for_status()
            before, request = request, response.next_request
            if before.url.scheme == "https" and request.url.scheme == "http":
                raise PermissionError(f"it redirects to http ({request.url.host})")
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


def body_of(response: httpx.Response) -> Any:
    """The body of an answer: JSON where it says so (nothing is None), else text."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return response.text
    return response.json(parse_constant=int) if response.content.strip() else None


def place(path: str) -> Path:
    """A path in the working folder; none that leads out of it."""
    folder = Path.cwd().resolve()
    real = (folder / path).resolve()
    if not path or path.startswith("~") or not real.is_relative_to(folder):
        raise PermissionError(f"{path} leads out of the working folder")
    return real


def write_whole(path: str, content: bytes) -> str:
    """Write a file as a whole or not at all, with the folders it needs; its path."""
    target = place(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(content)
    part.replace(target)
    return path


@task(name="fetch", timeout_seconds=30)
async def fetch_(api: str) -> str:
    response = await send("GET", f"{api}/picture")
    path = write_whole("pictures/one.png", response.content)
    return path


@task(timeout_seconds=30)
async def upload(api: str, fetch_path: str) -> int:
    response = await send(
        "PUT",
        f"{api}/copy",
        headers={"Content-Type": "image/png"},
        content=place(fetch_path).read_bytes(),
    )
    body_of(response)
    return response.status_code


@flow(name="carrying")
async def carrying(api: str = "https://api.example.com") -> dict[str, Any]:
    """Downloads a picture to a file and uploads that file."""
    fetch_path = await fetch_(api)
    upload_status = await upload(api, fetch_path)
    return {"path": fetch_path, "status": upload_status}


if __name__ == "__main__":
    asyncio.run(carrying())
