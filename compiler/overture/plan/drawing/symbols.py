"""A sign for each kind of task, drawn with strokes on a field of 16 by 16."""

from __future__ import annotations

SYMBOLS = {
    "http": "M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12M2 8h12M8 2c-3.5 3.5-3.5 8.5 0 12M8 2c3.5 3.5 3.5 8.5 0 12",
    "action": "M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z",
    "email": "M2 3.5h12v9H2zM2 4l6 5l6-5",
    "call": "M6.5 2.5H2.5v11h11V9.5M9 2.5h4.5V7M13.5 2.5L7 9",
    "ai": "M8 1.5C8.5 6 10 7.5 14.5 8C10 8.5 8.5 10 8 14.5C7.5 10 6 8.5 1.5 8C6 7.5 7.5 6 8 1.5z",
    "python": "M6 2.5C3 2.5 5 8 2 8C5 8 3 13.5 6 13.5M10 2.5C13 2.5 11 8 14 8C11 8 13 13.5 10 13.5",
    "shell": "M2.5 4l4 4l-4 4M8.5 12.5h5",
    "sql": "M3 4c0-2.5 10-2.5 10 0v8c0 2.5-10 2.5-10 0zM3 4c0 2.5 10 2.5 10 0M3 8c0 2.5 10 2.5 10 0",
    "read_file": "M3.5 1.5h6l3 3v10h-9zM8 6v6M5.8 9.5L8 12l2.2-2.5",
    "write_file": "M3.5 1.5h6l3 3v10h-9zM8 12V6M5.8 8.5L8 6l2.2 2.5",
    "set": "M3 6h10M3 10h10",
    "remember": "M4 2h8v12l-4-3.5L4 14z",
    "log": "M2.5 4h11M2.5 8h11M2.5 12h6.5",
    "wait": "M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12M8 4.5V8l2.5 2",
    "approve": "M8 2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 1 0 0-5.6M2.5 14c0-6 11-6 11 0",
    "assert": "M2.5 8.5l3.5 4l7.5-9",
    "fail": "M3.5 3.5l9 9M12.5 3.5l-9 9",
    "stop": "M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5z",
    "branch": "M8 14.5V9.5L3 5V1.5M8 9.5L13 5V1.5M1.5 3L3 1.5L4.5 3M11.5 3L13 1.5L14.5 3",
    "foreach": "M2 3h7M2 8h7M2 13h7M12.5 3v10M10.8 11L12.5 13L14.2 11",
    "repeat": "M13 8a5 5 0 1 1-1.6-3.7M13 1.5v3.3H9.7",
    "try": "M8 1.5l5.5 2v4.5c0 3.5-2.5 5.5-5.5 6.5c-3-1-5.5-3-5.5-6.5V3.5z",
    "start": "M4.5 2.5l8 5.5l-8 5.5z",
}


def symbol(kind: str, family: str, x: float, y: float) -> str:
    return f'<path class="sign {family}" transform="translate({x:g},{y:g})" d="{SYMBOLS[kind]}"/>'
