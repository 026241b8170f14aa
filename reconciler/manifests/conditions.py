"""From the conditions that a manifest writes to those that are held against rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reconciler.domain.conditions import (
    After,
    Before,
    Condition,
    Conditions,
    Instant,
    OneOf,
    Prefix,
)
from reconciler.manifests.shapes.conditions import RecordConditions, TaskConditions
from reconciler.manifests.values.times import WrittenTime

_FIELDS = {"phonePrefix": "phone", "externalProvider": "external provider"}
"""The field that a condition looks at, where it has another name than the condition."""


@dataclass(slots=True)
class RelativeTimes:
    """Resolves relative times once, so that all of a plan means the same instant by one."""

    now: datetime
    resolved: dict[str, datetime] = field(default_factory=dict)

    def resolve(self, time: WrittenTime) -> Instant:
        """Return the instant that a written time stands for."""
        if time.at is not None:
            return Instant(time.at, time.written)
        at = self.resolved.setdefault(time.written, self.now + timedelta(seconds=time.seconds))
        return Instant(at, time.written, relative=True)


def conditions_of(shape: TaskConditions | RecordConditions, times: RelativeTimes) -> Conditions:
    """Return what a mapping of conditions asks for, in the order of the language."""
    return tuple(_conditions(_written(shape), times))


def _written(shape: TaskConditions | RecordConditions) -> Mapping[str, object]:
    """Return the conditions that are there, by their keys."""
    kind = TaskConditions if isinstance(shape, TaskConditions) else RecordConditions
    values = {
        field.alias or name: getattr(shape, name) for name, field in kind.model_fields.items()
    }
    return {key: value for key, value in values.items() if value is not None}


def _conditions(written: Mapping[str, object], times: RelativeTimes) -> Iterator[Condition]:
    for key, value in written.items():
        about = _FIELDS.get(key, key)
        match value:
            case WrittenTime() if key.endswith("Before"):
                yield Before(key.removesuffix("Before"), key, times.resolve(value))
            case WrittenTime():
                yield After(key.removesuffix("After"), key, times.resolve(value))
            case str() if key == "phonePrefix":
                yield Prefix(about, key, value)
            case list():
                yield OneOf(about, key, tuple(str(one) for one in value))
            case _:
                yield OneOf(about, key, (str(value),))
