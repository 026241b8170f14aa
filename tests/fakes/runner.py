"""What the runner of a GitHub job makes of a step's output, as its source has it."""

import re
from dataclasses import dataclass, field

_COMMAND = re.compile(r"::(?P<name>[^ :]+)(?P<properties> .*?)?::(?P<data>.*)", re.DOTALL)
_OLD = re.compile(r"##\[(?P<name>[^\] ]+)[^\]]*\](?P<data>.*)")
_PROPERTY = {"%3A": ":", "%2C": ",", "%0D": "\r", "%0A": "\n", "%25": "%"}
_DATA = {"%0D": "\r", "%0A": "\n", "%25": "%"}


@dataclass(frozen=True)
class Command:
    """One workflow command."""

    name: str
    properties: dict[str, str] = field(default_factory=dict)
    data: str = ""


def commands(output: str) -> list[Command]:
    """Return every command that the runner would obey, in both of its notations."""
    found = (_command(line) for line in re.split(r"\r\n|\r|\n", output))
    return [one for one in found if one]


def _command(line: str) -> Command | None:
    # The runner trims white space first, and looks for the older notation anywhere.
    if new := _COMMAND.match(line.strip()):
        pairs = (one.partition("=") for one in (new["properties"] or "").strip().split(",") if one)
        properties = {name: _unescaped(value, _PROPERTY) for name, _, value in pairs}
        return Command(new["name"], properties, _unescaped(new["data"], _DATA))
    old = _OLD.search(line)
    return Command(f"##{old['name']}", {}, old["data"]) if old else None


def _unescaped(text: str, escapes: dict[str, str]) -> str:
    for escaped, plain in escapes.items():
        text = text.replace(escaped, plain)
    return text
