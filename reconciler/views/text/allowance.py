"""An Allowance as it may be written into a manifest, as it stands."""

import json
import re
from collections.abc import Iterator

from reconciler.domain.document import Fields
from reconciler.views.wording import clean

_PLAIN = re.compile("reconciler/v1|Allowance|[a-z]{2,}(-[a-z0-9]+)+|[0-9]{4}-[0-9]{2}-[0-9]{2}|0m")
"""Text that YAML takes for nothing else; whatever it might is quoted."""


def allowance_lines(fields: Fields) -> Iterator[str]:
    """Yield the lines of the document, in ASCII."""
    return (f"{clean(name)}: {_written(value)}" for name, value in fields.items())


def _written(value: object) -> str:
    """Return a value in YAML, on one line."""
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{clean(name)}: {_written(one)}" for name, one in value.items()) + "}"
        )
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    return json.dumps(value)
