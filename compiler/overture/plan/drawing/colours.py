"""The colours of a drawing, light and dark, as tables; every text has a contrast of 4.5 : 1 or more on what it lies on
(WCAG 2.2, 1.4.3), every line and symbol that says something 3 : 1 (1.4.11)."""

from __future__ import annotations

LIGHT = {
    "paper": "#ffffff",
    "card": "#ffffff",
    "well": "#f3f5f8",
    "line": "#868e99",
    "edge": "#6b7480",
    "ink": "#1b1f24",
    "soft": "#57606a",
    "condition": "#855000",
    "web": "#0a58b8",
    "model": "#7a35c9",
    "code": "#0f6b57",
    "data": "#57606a",
    "time": "#855000",
    "end": "#b3202c",
    "flow": "#3c4a9e",
}
DARK = {
    "paper": "#0d1117",
    "card": "#161b22",
    "well": "#0d1117",
    "line": "#6e7681",
    "edge": "#8b949e",
    "ink": "#e6edf3",
    "soft": "#9aa4af",
    "condition": "#e0a93f",
    "web": "#6cb0ff",
    "model": "#c79bff",
    "code": "#4fc3a5",
    "data": "#9aa4af",
    "time": "#e0a93f",
    "end": "#ff8a85",
    "flow": "#a5b4ff",
}
FAMILIES = {
    "web": ("http", "action", "email", "call"),
    "model": ("ai",),
    "code": ("python", "shell", "sql"),
    "data": ("read_file", "write_file", "set", "remember", "log"),
    "time": ("wait", "approve"),
    "end": ("assert", "fail", "stop"),
    "flow": ("branch", "foreach", "repeat", "try"),
}
FAMILY = {kind: family for family, kinds in FAMILIES.items() for kind in kinds}
_SIGNS = ("web", "model", "code", "data", "time", "end", "flow", "condition")


def stylesheet() -> str:
    """CSS of our own root alone: a page that holds the drawing keeps its looks. Plain values, no custom properties: not
    every program that shows SVG knows them."""
    dark = _rules(DARK)
    return (
        'svg.overture text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}'
        "svg.overture .id{font-weight:700}svg.overture .name{font-size:16px;font-weight:700}"
        "svg.overture .edge{fill:none;stroke-width:1.5}svg.overture .sign{fill:none;stroke-width:1.5;"
        "stroke-linecap:round;stroke-linejoin:round}svg.overture .guarded,svg.overture .handling{stroke-dasharray:5 3}"
        f"{_rules(LIGHT)}@media(prefers-color-scheme:dark){{{dark}}}"
    )


def _rules(colours: dict[str, str]) -> str:
    rules = {
        ".paper": f"fill:{colours['paper']}",
        ".card": f"fill:{colours['card']};stroke:{colours['line']}",
        ".well": f"fill:{colours['well']};stroke:{colours['line']}",
        ".edge": f"stroke:{colours['edge']}",
        ".head": f"fill:{colours['edge']}",
        "text": f"fill:{colours['ink']}",
        ".soft": f"fill:{colours['soft']}",
        ".edge.catching": f"stroke:{colours['end']}",
        ".head.catching": f"fill:{colours['end']}",
    }
    rules |= {f"text.{each}": f"fill:{colours[each]}" for each in _SIGNS}
    rules |= {f".sign.{each}": f"stroke:{colours[each]}" for each in _SIGNS}
    rules |= {f".bar.{each}": f"fill:{colours[each]}" for each in _SIGNS}
    return "".join(f"svg.overture {selector}{{{rule}}}" for selector, rule in rules.items())
