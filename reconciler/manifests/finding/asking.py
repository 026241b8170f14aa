"""Asking: fields of a manifest that are given as words, on a command line, and not in a file."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args, get_origin

from reconciler.domain.absences import Manifest
from reconciler.domain.accounts import Container, System
from reconciler.domain.conditions import Conditions
from reconciler.errors import Problem, UsageError
from reconciler.manifests.conditions import RelativeTimes, conditions_of
from reconciler.manifests.explain import explain
from reconciler.manifests.findings import Findings
from reconciler.manifests.shapes.check import check, shape_at
from reconciler.manifests.shapes.documents import (
    API_VERSION,
    AbsenceDocument,
    AbsentRecords,
    AbsentTasks,
    Document,
    LeadSquaredAccount,
    TalkdeskAccount,
)
from reconciler.manifests.shapes.fields import Shape
from reconciler.manifests.shapes.texts import takes_text
from reconciler.manifests.syntax.nodes import Fields, Items, Node, Scalar

_KINDS: dict[str, type[AbsenceDocument]] = {"task": AbsentTasks, "record": AbsentRecords}
_ACCOUNTS: dict[System, type[Document]] = {
    System.LEADSQUARED: LeadSquaredAccount,
    System.TALKDESK: TalkdeskAccount,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One condition that may be asked for."""

    key: str
    """As manifests write it."""
    several: bool
    """Whether it takes several values, any of which will do."""
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was asked for, read as if it stood in a manifest."""

    container: Container
    manifest: Manifest
    conditions: Conditions


def conditions_on(noun: str) -> tuple[Asked, ...]:
    """Return every condition on a ``task`` or a ``record``, in the order of the language."""
    return tuple(
        Asked(field.alias or name, _takes_several(field.annotation), field.description or "")
        for name, field in shape_at(_KINDS[noun], ("spec", "expect")).model_fields.items()
    )


def _takes_several(annotation: object) -> bool:
    return get_origin(annotation) is list or any(map(_takes_several, get_args(annotation)))


def read_words(
    noun: str,
    place: Mapping[str, str],
    metadata: Mapping[str, str],
    conditions: Mapping[str, Sequence[str]],
    times: RelativeTimes,
) -> Answer:
    """Read what was asked for with the readers of manifests.

    ``place`` has ``account`` and ``recordList``, ``metadata`` and ``conditions`` their keys.
    Raises UsageError that names every word that a manifest would be refused for.
    """
    kind, names = _KINDS[noun], list[str]()
    several = {one.key for one in conditions_on(noun) if one.several}
    spec = _fields(shape_at(kind, ("spec",)), _single(place), (), names)
    if conditions:
        expected = _fields(shape_at(kind, ("spec", "expect")), conditions, several, names)
        spec = _mapping({**spec.values, "expect": expected})
    node = _mapping(
        {
            "apiVersion": _scalar(API_VERSION),
            "kind": _scalar(kind.__name__),
            "metadata": _fields(shape_at(kind, ("metadata",)), _single(metadata), (), names),
            "spec": spec,
        }
    )
    problems: list[Problem] = []
    checked = check(kind, node)
    if isinstance(checked, list):
        explain(checked, kind, node, Findings("", problems))
    if problems or not isinstance(checked, AbsentTasks | AbsentRecords):
        raise _usage_error(problems, names)
    return _answer(checked, times)


def _fields(
    shape: type[Shape],
    given: Mapping[str, Sequence[str]],
    several: Collection[str],
    names: list[str],
) -> Fields:
    """Return a mapping whose nodes have for a line where their key stands in ``names``."""
    values: dict[str, Node] = {}
    for key, words in given.items():
        names.append(key)
        # Words have no quotes; what is a text would need them, and what is a number has none.
        style = '"' if takes_text(shape, key) else ""
        scalars: list[Node] = [_scalar(word, style, len(names)) for word in words]
        values[key] = Items(scalars, len(names), 1) if key in several else scalars[-1]
    return _mapping(values)


def account_problems(system: System, name: str, spec: Mapping[str, str]) -> list[str]:
    """Return what a manifest would be refused for that declares an account like this."""
    kind, names = _ACCOUNTS[system], list[str]()
    node = _mapping(
        {
            "apiVersion": _scalar(API_VERSION),
            "kind": _scalar("Account"),
            "metadata": _fields(shape_at(kind, ("metadata",)), {"name": [name]}, (), names),
            "spec": _fields(shape_at(kind, ("spec",)), _single(spec), (), names),
        }
    )
    problems: list[Problem] = []
    checked = check(kind, node)
    if isinstance(checked, list):
        explain(checked, kind, node, Findings("", problems))
    return list(_said(problems, names))


def _single(given: Mapping[str, str]) -> dict[str, list[str]]:
    return {key: [value] for key, value in given.items()}


def _mapping(values: dict[str, Node]) -> Fields:
    return Fields(values, {key: _scalar(key) for key in values}, 0, 0)


def _scalar(text: str, style: str = '"', line: int = 0) -> Scalar:
    return Scalar(text, text, style, line, 1)


def _usage_error(problems: Sequence[Problem], names: Sequence[str]) -> UsageError:
    lines = list(dict.fromkeys(_said(problems, names)))
    return UsageError("This cannot be asked for", detail="\n".join(lines))


def _said(problems: Sequence[Problem], names: Sequence[str]) -> Iterator[str]:
    for one in problems:
        name = names[one.line - 1] if one.line else ""
        yield f"{name}: {one.message} {one.hint}".strip(": ")


def _answer(shape: AbsenceDocument, times: RelativeTimes) -> Answer:
    metadata, spec = shape.metadata, shape.spec
    container = Container(System.LEADSQUARED, spec.account)
    if isinstance(shape, AbsentRecords):
        container = Container(System.TALKDESK, spec.account, shape.spec.record_list)
    conditions = conditions_of(spec.expect, times) if spec.expect else ()
    manifest = Manifest(
        kind=shape.kind,
        name=metadata.name,
        file="",
        line=0,
        owner=metadata.owner,
        reason=metadata.reason,
        ticket=metadata.ticket or "",
        purpose=metadata.purpose,
    )
    return Answer(container=container, manifest=manifest, conditions=conditions)
