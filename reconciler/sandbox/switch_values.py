"""What the values of the sandbox's switches may be."""

from typing import Annotated, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from reconciler.sandbox.failure_rules import FailureRule

Count: TypeAlias = Annotated[int, Field(ge=0, title="whole number from 0")]
Seconds: TypeAlias = Annotated[float, Field(ge=0, title="seconds from 0")]
Milliseconds: TypeAlias = Annotated[int, Field(ge=0, title="milliseconds from 0")]
Times: TypeAlias = Annotated[int, Field(ge=1, title="whole number from 1")]
Text: TypeAlias = Annotated[str, Field(title="text")]
Flag: TypeAlias = Annotated[bool, Field(title="true, false")]


def _rules(value: object) -> object:
    if isinstance(value, str):
        return tuple(FailureRule.parse(part) for part in value.split(",") if part.strip())
    return value


Rules: TypeAlias = Annotated[
    tuple[FailureRule, ...],
    BeforeValidator(_rules),
    Field(title="KIND:WHICH:FAILURE[,...]"),
]


class Switches(BaseModel):
    """Some of the sandbox's switches; the sentence under each one is its description."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
