"""JSON Schema of manifests, for editors and for checks by other programs."""

import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, create_model
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from reconciler.manifests.shapes import documents as shapes

_SHAPES: dict[str, tuple[type[shapes.Document], ...]] = {
    "Account": (shapes.LeadSquaredAccount, shapes.TalkdeskAccount),
    "Policy": (shapes.PolicyDocument,),
    "Protection": (shapes.TaskProtection, shapes.RecordProtection),
    "Allowance": (shapes.AllowanceDocument,),
    "AbsentTasks": (shapes.AbsentTasks,),
    "AbsentRecords": (shapes.AbsentRecords,),
}
KINDS = tuple(_SHAPES)
"""The kinds that have a schema."""

_TITLES = {
    "": "A manifest of reconciler",
    "Account": "An account of LeadSquared or Talkdesk",
    "Policy": "Limits on what a plan may delete",
    "Protection": "Tasks or records that are never deleted",
    "Allowance": "What lifts guards for one run",
    "AbsentTasks": "LeadSquared tasks that must not exist",
    "AbsentRecords": "Talkdesk records that must not exist",
}


class _Generator(GenerateJsonSchema):
    """What a file may say, and not what Python holds: no nulls, and no titles of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401 - pydantic's own
        del schema
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        default = schema.get("default")
        # What a mapping is by default, its own fields say.
        if default is None or isinstance(default, BaseModel):
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def schema_text(kind: str = "") -> str:
    """Return the JSON Schema of a kind, or without one of all kinds, as it is published.

    Raises ``KeyError`` for a kind that does not exist.
    """
    return json.dumps(schema_of(kind), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def schema_of(kind: str = "") -> dict[str, Any]:
    """Return the JSON Schema of a kind, or without one of all kinds; see ``schema_text``."""
    title = _TITLES[kind]
    kinds = [kind] if kind else [*_SHAPES]
    models = {model: one for one in kinds for model in _SHAPES[one]}
    definitions = _definitions(models)
    for model, its_kind in models.items():
        fields = definitions[model.__name__]["properties"]
        fields["kind"] |= {"enum": [its_kind], "examples": [its_kind]}
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": f"urn:reconciler:schema:v1:{kind or 'manifest'}",
        "title": title,
        **(_document(kind) if kind else {"oneOf": [_document(one) for one in kinds]}),
        "$defs": definitions,
    }


def _definitions(models: Iterable[type[shapes.Document]]) -> dict[str, Any]:
    """Return the schemas of shapes and of everything in them, by name."""
    # As fields of one model they share definitions, and unused ones are dropped.
    fields: dict[str, Any] = {model.__name__: (model, ...) for model in models}
    together = create_model("Together", **fields)
    definitions: dict[str, Any] = together.model_json_schema(schema_generator=_Generator)["$defs"]
    return definitions


def _document(kind: str) -> dict[str, Any]:
    """Return the schema of the documents of a kind, which is one of its shapes."""
    shapes_of_kind = [{"$ref": f"#/$defs/{model.__name__}"} for model in _SHAPES[kind]]
    if len(shapes_of_kind) == 1:
        return {**shapes_of_kind[0]}
    # Whether a protection is one of tasks or of records, only its account tells.
    return {"anyOf" if kind == "Protection" else "oneOf": shapes_of_kind}
