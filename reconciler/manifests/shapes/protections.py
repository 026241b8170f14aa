"""What must never be deleted."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from reconciler.manifests.shapes.absences import RecordsFrom, TasksFrom
from reconciler.manifests.shapes.conditions import RecordConditions, TaskConditions
from reconciler.manifests.shapes.entries import RecordEntries, TaskEntries
from reconciler.manifests.shapes.fields import Name, RecordList, Shape

_WHERE = (
    "A rule that adds to the lists: what meets all conditions is protected, and so is what does "
    "not tell, since it could not be ruled out."
)


def _something(key: str) -> JsonDict:
    """Return what says that a protection has a list, a side file, a rule, or several of these."""
    return {"anyOf": [{"required": [one]} for one in (key, f"{key}From", "where")]}


class TaskProtectionSpec(Shape):
    """Tasks that are never deleted, by any manifest."""

    model_config = ConfigDict(json_schema_extra=_something("tasks"))
    account: Name = Field(
        description="The name of the account; a LeadSquared account has tasks.",
        examples=["acme-crm"],
    )
    tasks: TaskEntries | None = Field(
        None,
        description="Their ids (UserTaskId), bare or with a note; [] for none.",
        examples=[["0017abfa-c100-11e5-9340-06c7eb5c8385"]],
    )
    tasks_from: TasksFrom | None = Field(
        None,
        description="A side file with their ids.",
        examples=[{"file": "ids/callbacks.txt"}],
    )
    where: TaskConditions | None = Field(
        None, description=_WHERE, examples=[{"owner": ["legal@example.com"]}]
    )


class RecordProtectionSpec(Shape):
    """Records that are never deleted, by any manifest."""

    model_config = ConfigDict(json_schema_extra=_something("records"))
    account: Name = Field(
        description="The name of the account; a Talkdesk account has records.",
        examples=["acme-dialer"],
    )
    record_list: RecordList | None = Field(
        None,
        description="The id of the record list that it is confined to. Default: every record list "
        "of the account.",
        examples=["b3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10"],
    )
    records: RecordEntries | None = Field(
        None,
        description="Their ids, phone numbers, or external ids with their provider, one kind in "
        "each entry; [] for none.",
        examples=[[{"id": "8858c834-481d-4a02-8176-cffc02c50350"}]],
    )
    records_from: RecordsFrom | None = Field(
        None,
        description="A side file with their ids, phone numbers or external ids.",
        examples=[{"file": "ids/opted-out.csv"}],
    )
    where: RecordConditions | None = Field(
        None, description=_WHERE, examples=[{"phonePrefix": "+1"}]
    )
