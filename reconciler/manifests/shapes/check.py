"""Holding a document against its shape."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from reconciler.manifests.shapes.documents import Document
from reconciler.manifests.shapes.fields import Shape
from reconciler.manifests.syntax.nodes import Fields


@dataclass(frozen=True, slots=True)
class Mistake:
    """One way in which a document differs from its shape."""

    path: tuple[int | str, ...]
    cause: str
    """pydantic's word for it."""
    details: Mapping[str, object]


def check(shape: type[Document], document: Fields) -> Document | list[Mistake]:
    """Return the document in its shape, or everything that keeps it from it."""
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        return [
            Mistake(one["loc"], one["type"], one.get("ctx", {}))
            for one in error.errors(include_url=False, include_input=False)
        ]


def shape_at(shape: type[Shape], path: tuple[int | str, ...]) -> type[Shape]:
    """Return the shape of the mapping at a path of keys."""
    for step in path:
        named = (one for name, one in shape.model_fields.items() if (one.alias or name) == step)
        field = next(named, None)
        found = next(iter(_shapes_in(field.annotation)), None) if field else None
        shape = found or shape
    return shape


def _shapes_in(annotation: object) -> list[type[Shape]]:
    """Return the shapes that an annotation such as ``list[Window] | None`` is made of."""
    if inner := getattr(annotation, "__args__", ()):
        return [one for option in inner for one in _shapes_in(option)]
    return [annotation] if isinstance(annotation, type) and issubclass(annotation, Shape) else []


def keys_of(shape: type[Shape]) -> tuple[str, ...]:
    """Return the keys that a mapping of this shape may have."""
    return tuple(field.alias or name for name, field in shape.model_fields.items())
