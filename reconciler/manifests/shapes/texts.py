"""Which fields of a shape hold text, so that YAML must not turn it into something else."""

from reconciler.manifests.shapes.fields import Shape


def takes_text(shape: type[Shape], key: str) -> bool:
    """Whether a field is a text, or a list of texts; False for a key that is unknown.

    Times are not: they are written without quotes.
    """
    named = (one for name, one in shape.model_fields.items() if (one.alias or name) == key)
    return any(_is_text(one.annotation) for one in named)


def _is_text(annotation: object) -> bool:
    return annotation is str or any(_is_text(one) for one in getattr(annotation, "__args__", ()))
