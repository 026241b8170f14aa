"""Every switch of the sandbox: its name, its values and what it does."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from reconciler.errors import UsageError
from reconciler.sandbox.leadsquared.switches import LeadSquaredSwitches
from reconciler.sandbox.switch_values import Count, Milliseconds, Rules, Seconds, Switches
from reconciler.sandbox.talkdesk.switches import TalkdeskSwitches

LISTED = "common_failures"


class CommonSwitches(Switches):
    """The switches of both sides."""

    common_failures: Rules = ()
    """Calls that fail: the 3rd, 3-5, 3- or every *3rd of a kind; _after keeps their effect."""
    common_latency_ms: Milliseconds = 0
    """How long every answer takes."""
    common_jitter_ms: Milliseconds = 0
    """How much longer it takes at most, the same way in every run."""
    common_hang_seconds: Seconds = 3600.0
    """How long an answer takes that hangs."""
    common_reappears_after: Seconds = 0.0
    """How long after its deletion a thing exists again; 0 means never."""
    common_flicker: Count = 0
    """Every so manieth read of one existing thing answers that it is not there; 0 means none."""


class Faults(LeadSquaredSwitches, TalkdeskSwitches, CommonSwitches):
    """One setting of all switches; the defaults are the vendors' papers."""


@dataclass(frozen=True, slots=True)
class FaultInfo:
    """What a user needs to know about one switch."""

    name: str
    description: str
    values: str
    default: str


def describe() -> list[FaultInfo]:
    """List every switch by its name."""
    return [
        FaultInfo(name, field.description or "", _values(field), _default(field.default))
        for name, field in sorted(Faults.model_fields.items())
    ]


def parse_faults(settings: Iterable[str]) -> Faults:
    """Read settings of the form ``name=value``; ``common_failures`` may come more than once."""
    values: dict[str, str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise UsageError("A fault is written NAME=VALUE", detail=f"'{setting}' has no '='")
        _check_name(name)
        if name in values and name != LISTED:
            raise UsageError("A fault is given twice", detail=name)
        values[name] = f"{values[name]},{value}" if name in values else value
    try:
        return Faults.model_validate(values)
    except ValidationError as error:
        raise _bad_value(error) from None


def _check_name(name: str) -> None:
    if name in Faults.model_fields:
        return
    near = get_close_matches(name, Faults.model_fields, n=1, cutoff=0)
    raise UsageError(
        "There is no such fault",
        detail=f"'{name}' is no switch of the sandbox",
        hint=f"The nearest name is {near[0]}" if near else "",
    )


def _bad_value(error: ValidationError) -> UsageError:
    problem = error.errors(include_url=False)[0]
    name = str(problem["loc"][0])
    return UsageError(
        "A fault has a value that cannot be",
        detail=f"{name}: {problem['msg'].removeprefix('Value error, ')}, not '{problem['input']}'",
        hint=f"Allowed: {_values(Faults.model_fields[name])}",
    )


def _values(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return ", ".join(get_args(field.annotation))
    return field.title or ""


def _default(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if value != () else ""
