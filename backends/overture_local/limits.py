"""The bounds on what a run may take. Each has a test at the bound and one beyond."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`loop_items`: items of one foreach. `output_bytes`: the results of one task as JSON, and what one of its
    channels (stdout, a file) may hold. `log_bytes`: what one run may write to its log; the rest is dropped, and the
    log says so. `body_bytes`, `gzip_ratio`: one HTTP answer, decoded (security.md). `processes`: children at once.
    `sockets`: HTTP requests at once. `call_depth`: workflows inside one another."""

    loop_items: int = 100_000
    output_bytes: int = 16 * 1024 * 1024
    log_bytes: int = 4 * 1024 * 1024
    body_bytes: int = 10 * 1024 * 1024
    gzip_ratio: int = 100
    processes: int = 16
    sockets: int = 64
    call_depth: int = 16
