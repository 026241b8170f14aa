"""Rows: what an answer says, taken out of it without believing that it is what it should be."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from reconciler.forges.thread import Author
from reconciler.forges.trouble import DoubtfulError, ForgeError

T = TypeVar("T")
Row: TypeAlias = Mapping[str, Any]

_HINT = "Is something between this machine and the forge, such as a proxy with a page of its own?"


def row_of(body: object) -> Row:
    """Return an answer that is one thing."""
    if isinstance(body, dict):
        return body
    raise _unintelligible()


def written(body: object, read: Callable[[Row], T]) -> T:
    """Return what was made of a call that writes; DoubtfulError where its answer does not say."""
    try:
        return read(row_of(body))
    except ForgeError as error:
        raise DoubtfulError(error.summary, error.hint) from error


def rows_of(body: object) -> Sequence[Row]:
    """Return an answer that is a list of things; an empty one only where it says so."""
    if isinstance(body, list):
        return [row_of(one) for one in body]
    raise _unintelligible()


def number_in(row: Row, name: str) -> int:
    """Return a number of a row."""
    value = row.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _unintelligible()


def text_in(row: Row, name: str) -> str:
    """Return a text of a row; empty where there is none."""
    value = row.get(name)
    return value if isinstance(value, str) else ""


def author_in(row: Row, name: str) -> Author:
    """Return who wrote something; nobody, where the account is gone."""
    value = row.get(name)
    return author_of(value) if isinstance(value, dict) else Author()


def author_of(user: Row) -> Author:
    """Return an account, which GitHub names by ``login`` and GitLab by ``username``."""
    told = user.get("id")
    number = told if isinstance(told, int) and not isinstance(told, bool) else 0
    name = text_in(user, "login") or text_in(user, "username")
    if name.endswith("[bot]") and user.get("type", "Bot") != "Bot":
        name = ""  # GitHub gives such names to apps only
    return Author(number, name)


def _unintelligible() -> ForgeError:
    return ForgeError("its answer is not what its documentation says", _HINT)
