"""The weather in a city (openweathermap.org/api): its place first, then what it is like there."""

from __future__ import annotations

from overture.drafting.planner.draft import Draft, Task
from overture.drafting.planner.patterns import Said
from overture.drafting.planner.results import Result, Schema
from overture.drafting.planner.steps.registry import family
from overture.drafting.planner.texts import in_braces, literal

step = family("Weather")
_URL = "https://api.openweathermap.org"
_NUMBER: Schema = {"type": "number"}
_KIND = "[the] [current] (weather|temperature)"


@step(
    f"(fetch|get|load|retrieve|check) {_KIND} (for|in|of) {{city:city}} [(from|with|by) (OpenWeather|OpenWeatherMap)]",
    "get the weather for Berlin from OpenWeather",
)
def fetch(draft: Draft, said: Said) -> None:
    city = said["city"].first.text if said["city"].first.kind == "quoted" else said["city"].text
    key = draft.secret("OPENWEATHER_API_KEY")
    where: Task = {"type": "object", "properties": {"lat": _NUMBER, "lon": _NUMBER}, "required": ["lat", "lon"]}
    town = draft.input("city", {"type": "string", "default": city})
    if draft.inputs["city"]["default"] != city:
        town = literal(city)
    place: Task = {
        "id": draft.id("place"),
        "kind": "http",
        "url": f"{_URL}/geo/1.0/direct",
        "query": {"q": town, "limit": 1, "appid": key},
        "returns": {"type": "array", "items": where, "minItems": 1},
    }
    draft.add(place)
    at = f"(tasks.{place['id']}.body | first)"
    conditions: Schema = {
        "type": "object",
        "properties": {"description": {"type": "string"}},
        "required": ["description"],
    }
    measured: Schema = {
        "type": "object",
        "properties": {"temp": _NUMBER, "feels_like": _NUMBER, "humidity": _NUMBER},
        "required": ["temp", "feels_like", "humidity"],
    }
    wind: Schema = {"type": "object", "properties": {"speed": _NUMBER}, "required": ["speed"]}
    properties: Schema = {
        "main": measured,
        "wind": wind,
        "weather": {"type": "array", "items": conditions, "minItems": 1},
    }
    weather: Task = {
        "id": draft.id("weather"),
        "kind": "http",
        "url": f"{_URL}/data/2.5/weather",
        "query": {"lat": in_braces(f"{at}.lat"), "lon": in_braces(f"{at}.lon"), "units": "metric", "appid": key},
        "returns": {"type": "object", "properties": properties, "required": list(properties)},
    }
    draft.add(weather)
    draft.assume("temperatures are in degrees Celsius, wind in metres a second")
    body = f"tasks.{weather['id']}.body"
    for noun, path in (
        ("temperature", "main.temp"),
        ("felt_temperature", "main.feels_like"),
        ("humidity", "main.humidity"),
        ("wind_speed", "wind.speed"),
        ("wind", "wind.speed"),
    ):
        draft.made(Result(noun, f"{body}.{path}", _NUMBER, is_side=True))
    draft.made(Result("weather", body, weather["returns"], frozenset(("current",))))
    sky = Result("sky", f"({body}.weather | first).description", {"type": "string"}, is_side=True)
    draft.made(sky)
