"""Many ids at once: most large files hold nothing but an id on each line."""

import re

from reconciler.manifests.values.identifiers import GUID

_ONE = re.compile(GUID)
# By the quote around each; not more at once, so that a large file is not in memory twice.
_RUNS = {quote: re.compile(rf"(?:{quote}{GUID}{quote}\n){{1,4096}}") for quote in ("", '"')}


def is_id(value: str) -> bool:
    """Whether a value is a GUID, as `identifiers.is_guid` says of a node."""
    return _ONE.fullmatch(value) is not None


def ids_at(text: str, position: int, quote: str = "") -> tuple[list[str], int]:
    """Return the ids, in lower case, on the whole lines from a position on, and where they end.

    There may be more of them after that. ``quote`` is what stands before and after each.
    """
    run = _RUNS[quote].match(text, position)
    return (run[0].replace(quote, "").lower().split(), run.end()) if run else ([], position)
