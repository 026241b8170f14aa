"""What a shape is, and the types that its fields have: how each is read, and its JSON Schema.

The schema of a type accepts whatever its reader accepts. Readers are stricter where JSON Schema
cannot be: they see quotes, and know which days exist.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel

from reconciler.manifests.syntax.nodes import Node
from reconciler.manifests.values import identities, scalars, times, timezones

_GUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = "[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})"
_AGO = "[1-9][0-9]{0,9}[smhd] ago|in [1-9][0-9]{0,9}[smhd]"
_LINE = "^[^\\u0000-\\u001f]*\\S[^\\u0000-\\u001f]*$"
_MOST = 10**scalars.DIGITS_LIMIT - 1


def written(pattern: str) -> WithJsonSchema:
    """Return the schema of a text that matches a pattern."""
    return WithJsonSchema({"type": "string", "pattern": pattern})


def number(least: int, most: int = _MOST) -> WithJsonSchema:
    """Return the schema of a whole number within bounds, both included."""
    return WithJsonSchema({"type": "integer", "minimum": least, "maximum": most})


def word(*allowed: str) -> BeforeValidator:
    """Return reader and schema of one of a few words."""
    choice: Any = Annotated[str, WithJsonSchema({"type": "string", "enum": [*allowed]})]
    return BeforeValidator(scalars.word(*allowed), json_schema_input_type=choice)


_ID = written(f"^{_GUID}$")

Text = Annotated[str, BeforeValidator(scalars.text), written(_LINE)]
Texts = Annotated[list[Text], BeforeValidator(scalars.items), Field(min_length=1)]
Name = Annotated[
    str, BeforeValidator(scalars.name), written("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
]
Names = Annotated[list[Name], BeforeValidator(scalars.items), Field(min_length=1)]
Whole = Annotated[int, BeforeValidator(scalars.whole), number(0)]
Positive = Annotated[int, BeforeValidator(scalars.whole), Field(ge=1), number(1)]
Boolean = Annotated[bool, BeforeValidator(scalars.boolean)]
Duration = Annotated[int, BeforeValidator(times.duration), written("^(0|[1-9][0-9]{0,8})[smhd]$")]
Age = Annotated[int, BeforeValidator(times.age), written("^(0|[1-9][0-9]{0,8})[smhd]$")]
Clock = Annotated[str, BeforeValidator(times.clock), written("^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Timezone = Annotated[
    str, BeforeValidator(timezones.timezone), written("^[A-Za-z][A-Za-z0-9_+/-]*$")
]
Percent = Annotated[int, BeforeValidator(scalars.whole), Field(le=100), number(0, 100)]
Day = Annotated[date, BeforeValidator(times.day), written(f"^{_DATE}$")]
Time = Annotated[
    times.WrittenTime,
    BeforeValidator(
        times.point_in_time,
        json_schema_input_type=Annotated[str, written(f"^({_DATE}({_CLOCK})?|{_AGO})$")],
    ),
]
Owner = Annotated[str, BeforeValidator(identities.owner), written(rf"^([^@\s]+@[^@\s]+|{_GUID})$")]
Lead = Annotated[str, BeforeValidator(identities.guid("lead")), _ID]
RecordList = Annotated[str, BeforeValidator(identities.guid("record list")), _ID]
Tenant = Annotated[
    str, BeforeValidator(identities.tenant_code), written(f"^([A-Za-z0-9]{{1,64}}|{_GUID})$")
]
PhonePrefix = Annotated[str, BeforeValidator(identities.phone_prefix), written(r"^\+[0-9]{1,15}$")]
Sha256 = Annotated[str, BeforeValidator(identities.sha256), written("^[0-9a-fA-F]{64}$")]
Digest = Annotated[str, BeforeValidator(identities.digest), written("^sha256:[0-9a-fA-F]{64}$")]
Delimiter = Annotated[
    str,
    BeforeValidator(identities.delimiter),
    WithJsonSchema({"type": "string", "enum": [",", ";", "\t", "|"]}),
]

# Only for schemas: entries are read in bulk, by entries.py.
TaskId = Annotated[str, BeforeValidator(identities.guid("task")), _ID]
RecordId = Annotated[str, BeforeValidator(identities.guid("record")), _ID]
Phone = Annotated[str, BeforeValidator(identities.phone), written(r"^\+[0-9]{5,15}$")]


class Shape(BaseModel):
    """A mapping with known keys only."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, defer_build=True
    )
    idle: ClassVar[frozenset[str]] = frozenset()
    """Keys of the language that would have no effect here."""

    @model_validator(mode="before")
    @classmethod
    def _open(cls, node: Node) -> Mapping[str, Node]:
        return scalars.fields(node)
