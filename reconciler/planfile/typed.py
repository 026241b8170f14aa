"""Holds the lines of a plan file against their shapes, and names what does not fit."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from reconciler.domain.document import Fields
from reconciler.planfile.shapes import Footer, Header, Item

_ITEM: TypeAdapter[Any] = TypeAdapter(Item)
# The adapter's own function adds a fifth to the time that an item takes.
_validate_item = _ITEM.validator.validate_python
_MISSING = frozenset({"missing", "union_tag_not_found"})
_OPTION = "is-instance["
"""Part of what pydantic names the first of several types, none of which a value is of."""


def trouble_of_ends(header: Fields, footer: Fields) -> str:
    """Return what is wrong with the first and the last line; empty if nothing is."""
    for shape, fields in ((Header, header), (Footer, footer)):
        try:
            shape.model_validate(fields)
        except ValidationError as error:
            steps, cause = _first(error)
            return _words(steps, cause)
    return ""


def trouble_of_item(item: Fields) -> str:
    """Return what is wrong with an item; empty if nothing is."""
    try:
        _validate_item(item)
    except ValidationError as error:
        steps, cause = _first(error)
        # The first step only tells which of the shapes it was held against.
        return _words(steps[1:] or ("action",), cause)
    return ""


def _first(error: ValidationError) -> tuple[tuple[int | str, ...], str]:
    """Return the place of the first mistake, and pydantic's word for it."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return first["loc"], first["type"]


def _words(steps: tuple[int | str, ...], cause: str) -> str:
    """Return what is wrong where; what stands there is not quoted."""
    path = ""
    for step in steps:
        if isinstance(step, str) and _OPTION in step:
            break
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    wrong = "is missing" if cause in _MISSING else "is not what a plan has there"
    return f"{path.removeprefix('.')} {wrong}"
