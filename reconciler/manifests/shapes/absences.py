"""What must not exist, in lists, side files and rules."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from reconciler.manifests.shapes.conditions import (
    RecordConditions,
    RecordRule,
    TaskConditions,
    TaskRule,
)
from reconciler.manifests.shapes.entries import RecordEntries, TaskEntries
from reconciler.manifests.shapes.fields import (
    Boolean,
    Delimiter,
    Lead,
    Name,
    Owner,
    RecordList,
    Sha256,
    Shape,
    Text,
    word,
    written,
)

_LIST_ID = "b3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10"
_EXPECT = (
    "Conditions that every target must meet, however it was declared; one that differs, or does "
    "not tell, is held and not deleted, and the plan says what was expected and what is."
)


class Columns(Shape):
    """The columns of a side file: ours by the names that the file has for them."""

    model_config = ConfigDict(alias_generator=None)
    id: Text | None = Field(
        None, description="The column that holds ids. Default: id.", examples=["UserTaskId"]
    )
    note: Text | None = Field(
        None, description="The column that holds notes. Default: note.", examples=["Comment"]
    )


class RecordColumns(Columns):
    """The columns of a side file of records."""

    phone_number: Text | None = Field(
        None,
        description="The column that holds phone numbers. Default: phone_number.",
        examples=["Mobile"],
    )
    external_provider: Text | None = Field(
        None,
        description="The column that holds names of other systems. Default: external_provider.",
        examples=["Source"],
    )
    external_id: Text | None = Field(
        None,
        description="The column that holds the ids of other systems. Default: external_id.",
        examples=["ContactId"],
    )


def _for_files(ending: str, **fields: JsonDict) -> JsonDict:
    """Return what fields must be for side files with an ending."""
    named: JsonDict = {"file": {"type": "string", "pattern": rf"\.{ending}$"}}
    return {"if": {"required": ["file"], "properties": named}, "then": {"properties": {**fields}}}


class TasksFrom(Shape):
    """A side file of tasks."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                _for_files(
                    "txt",
                    columns={"maxProperties": 0},
                    ignoreColumns={"const": False},
                    delimiter={"const": ","},
                ),
                _for_files("ndjson", delimiter={"const": ","}),
            ]
        }
    )
    file: Annotated[Text, written(r"^[^/\\][^\\]*\.(txt|csv|ndjson)$")] = Field(
        description="Its path, relative to the folder of this manifest, with /, inside the "
        "manifests folder: .txt (one id a line), .csv (with a header) or .ndjson.",
        examples=["ids/callbacks.csv", "ids/callbacks.txt", "ids/callbacks.ndjson"],
    )
    columns: Columns = Field(
        Columns.model_construct(),
        description="The names that the file has for our columns, where they differ; .csv and "
        ".ndjson.",
        examples=[{"id": "UserTaskId", "note": "Comment"}],
    )
    ignore_columns: Boolean = Field(
        default=False,
        description="Whether the file may have other columns, which count for nothing; otherwise "
        "they are an error. .csv and .ndjson. Default: false.",
        examples=[True],
    )
    delimiter: Delimiter = Field(
        ",",
        description="What separates the columns of a .csv file, quoted. Default: a comma.",
        examples=[";", "\t"],
    )
    sha256: Sha256 | None = Field(
        None,
        description="The SHA-256 of the file in 64 hexadecimal digits, quoted; a file with "
        "another is an error. Default: any.",
        examples=["20dcb3c8e1b2f0e93793891bdb2472d26615cab545742ad1d070f4243cf18303"],
    )


class RecordsFrom(TasksFrom):
    """A side file of records."""

    columns: RecordColumns = Field(
        RecordColumns.model_construct(),
        description="The names that the file has for our columns, where they differ; .csv and "
        ".ndjson.",
        examples=[{"phone_number": "Mobile"}],
    )


class Lookup(Shape):
    """Where tasks may be found together: an owner or a lead, one of the two."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})
    owner: Owner | None = Field(
        None,
        description="The user that they belong to, by e-mail address or id.",
        examples=["vir@example.com"],
    )
    lead: Lead | None = Field(
        None,
        description="The lead that they belong to, by id.",
        examples=["9c1d5b0e-2a77-4c53-8b5e-0f4f7a6b9d21"],
    )


def _list_or_rule(key: str) -> JsonDict:
    """Return what says that a manifest declares by a list, a side file or both, or by a rule."""
    lists: list[JsonDict] = [{"required": [key]}, {"required": [f"{key}From"]}]
    return {"oneOf": [{"required": ["where"]}, {"anyOf": [*lists]}]}


class AbsentTasksSpec(Shape):
    """Tasks that must not exist: `tasks`, `tasksFrom` or both, or `where`."""

    model_config = ConfigDict(json_schema_extra=_list_or_rule("tasks"))
    account: Name = Field(description="The name of a LeadSquared account.", examples=["acme-crm"])
    tasks: TaskEntries | None = Field(
        None,
        description="Their ids (UserTaskId), bare or with a note; [] for none.",
        examples=[
            [
                "0017abfa-c100-11e5-9340-06c7eb5c8385",
                {"id": "003bf10c-317e-11e8-bf3d-069b743e848f", "note": "second copy"},
            ],
            [],
        ],
    )
    tasks_from: TasksFrom | None = Field(
        None,
        description="A side file with their ids.",
        examples=[{"file": "ids/callbacks.csv", "columns": {"id": "UserTaskId"}}],
    )
    where: TaskRule | None = Field(
        None,
        description="A rule instead of a list: every task that meets all conditions, evaluated "
        "anew by each plan.",
        examples=[{"status": "completed", "completedBefore": "730d ago", "max": 500}],
    )
    lookup: Lookup | None = Field(
        None,
        description="Where they may be found together, so that reading takes fewer calls; a wrong "
        "hint costs calls and changes no verdict.",
        examples=[{"owner": "vir@example.com"}],
    )
    expect: TaskConditions | None = Field(
        None,
        description=_EXPECT,
        examples=[{"type": ["Call back"], "createdBefore": "2026-03-02"}],
    )


class AbsentRecordsSpec(Shape):
    """Records of one list that must not exist: `records`, `recordsFrom` or both, or `where`."""

    model_config = ConfigDict(json_schema_extra=_list_or_rule("records"))
    account: Name = Field(description="The name of a Talkdesk account.", examples=["acme-dialer"])
    record_list: RecordList = Field(
        description="The id of the record list that holds them.", examples=[_LIST_ID]
    )
    records: RecordEntries | None = Field(
        None,
        description="Their ids, phone numbers, or external ids with their provider, one kind in "
        "each entry; [] for none.",
        examples=[
            [
                {"id": "8858c834-481d-4a02-8176-cffc02c50350"},
                {"phoneNumber": "+14155550100"},
                {"externalProvider": "salesforce", "externalId": "003DL0000212DetYAE"},
            ],
            [],
        ],
    )
    records_from: RecordsFrom | None = Field(
        None,
        description="A side file with their ids, phone numbers or external ids.",
        examples=[{"file": "ids/opted-out.csv"}],
    )
    where: RecordRule | None = Field(
        None,
        description="A rule instead of a list: every record of the list that meets all "
        "conditions, evaluated anew by each plan.",
        examples=[{"phonePrefix": "+351", "updatedBefore": "730d ago", "max": 500}],
    )
    delete_by: Annotated[str, word("id", "declared")] = Field(
        "id",
        description="What is sent to delete a record: the id that its phone number or external id "
        "was resolved to while planning (id, the default), or the phone number or external id "
        "itself (declared), which needs a Policy with allowDeclared: true.",
        examples=["id", "declared"],
    )
    expect: RecordConditions | None = Field(
        None, description=_EXPECT, examples=[{"timezone": ["Europe/Lisbon"]}]
    )
