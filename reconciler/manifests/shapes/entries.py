"""The entries of `tasks` and `records`, for schemas.

They are not read with these: a model for each of a million entries would be slow (`entries.py`).
"""

from typing import Annotated

from pydantic import BeforeValidator, Field

from reconciler.manifests.shapes.fields import Phone, RecordId, Shape, TaskId, Text
from reconciler.manifests.values import scalars

_NOTE = "A line for whoever reads it; shown in plans and results."


class TaskEntry(Shape):
    """A task by its id, with a note."""

    id: TaskId = Field(
        description="Its UserTaskId, a GUID; not the number that the user interface shows.",
        examples=["003bf10c-317e-11e8-bf3d-069b743e848f"],
    )
    note: Text | None = Field(None, description=_NOTE, examples=["second copy"])


class RecordById(Shape):
    """A record by its id."""

    id: RecordId = Field(
        description="Its id, a GUID.", examples=["8858c834-481d-4a02-8176-cffc02c50350"]
    )
    note: Text | None = Field(None, description=_NOTE, examples=["asked twice"])


class RecordByPhone(Shape):
    """Every record of the list that has this phone number."""

    phone_number: Phone = Field(
        description="+, country and number, digits only, 5 to 15 of them; quoted, since YAML would "
        "make a number of it.",
        examples=["+14155550100"],
    )
    note: Text | None = Field(None, description=_NOTE, examples=["called back on Monday"])


class RecordByReference(Shape):
    """Every record of the list that another system knows by this id."""

    external_provider: Text = Field(
        description="The name of the other system, as the record has it.", examples=["salesforce"]
    )
    external_id: Text = Field(
        description="The id that it has there, as the record has it.",
        examples=["003DL0000212DetYAE"],
    )
    note: Text | None = Field(None, description=_NOTE, examples=["left the campaign"])


TaskEntries = Annotated[
    list[object], BeforeValidator(scalars.items, json_schema_input_type=list[TaskId | TaskEntry])
]
RecordEntries = Annotated[
    list[object],
    BeforeValidator(
        scalars.items,
        json_schema_input_type=list[RecordById | RecordByPhone | RecordByReference],
    ),
]
