"""JUnit documents: suites of cases as values, and what they are as XML."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reconciler.views.repository import Repository
from reconciler.views.text.lines import no_command
from reconciler.views.wording import clean

EXAMPLES = 10
"""Lines that a case shows of one kind: a report stays small however many targets there are."""
_LONGEST = 600


class Verdict(StrEnum):
    """How a case ended, if it did not pass; the values are the names of elements."""

    ERROR = "error"
    FAILURE = "failure"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test, as CI systems show it."""

    name: str
    of: str
    """What it is grouped under."""
    file: str = ""
    line: int = 0
    verdict: Verdict | None = None
    """None if it passed."""
    why: str = ""
    """In one word, for programs."""
    message: str = ""
    text: Sequence[str] = ()
    """Lines that say more about a verdict."""
    out: Sequence[str] = ()
    """Lines to know whatever the verdict."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases that belong together."""

    name: str
    cases: Sequence[Case]


def junit(suites: Iterable[Suite], repository: Repository) -> list[str]:
    """Return a document, in ASCII; suites without a case are left out."""
    root = Element("testsuites", name="reconciler")
    shown = [suite for suite in suites if suite.cases]
    _count(root, [case for suite in shown for case in suite.cases])
    for suite in shown:
        element = SubElement(root, "testsuite", name=clean(suite.name))
        _count(element, suite.cases)
        for case in suite.cases:
            _case(element, case, repository)
    indent(root)
    # ASCII cannot be misread, whatever encoding a reader of stdout takes it for.
    return [tostring(root, encoding="us-ascii", xml_declaration=True).decode("ascii"), "\n"]


def _count(element: Element, cases: Sequence[Case]) -> None:
    element.set("tests", str(len(cases)))
    for name, verdict in (
        ("failures", Verdict.FAILURE),
        ("errors", Verdict.ERROR),
        ("skipped", Verdict.SKIPPED),
    ):
        element.set(name, str(sum(case.verdict is verdict for case in cases)))


def _case(suite: Element, case: Case, repository: Repository) -> None:
    element = SubElement(suite, "testcase", name=clean(case.name), classname=clean(case.of))
    if case.file:
        element.set("file", clean(repository.path(case.file), longest=_LONGEST))
    if case.line:
        element.set("line", str(case.line))
    if case.verdict:
        verdict = SubElement(element, case.verdict, message=clean(case.message, longest=_LONGEST))
        if case.why:
            verdict.set("type", case.why)
        if case.text:
            verdict.text = _lines(case.text)
    if case.out:
        SubElement(element, "system-out").text = _lines(case.out)


def _lines(lines: Iterable[str]) -> str:
    """Return lines without a character that XML does not have, or a log would act on."""
    return "\n".join(no_command(clean(line, longest=_LONGEST)) for line in lines)
