"""What ``recheck`` found, for people and for programs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from reconciler.application.clock import stamp
from reconciler.domain.document import FORMAT_VERSION, to_json
from reconciler.domain.live import Unknown
from reconciler.domain.returns import Fate, Reread, Returns, Target, fate_of
from reconciler.errors import ExitCode, ReconcilerError
from reconciler.views.machine import ending
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.text.narrowing import narrowing_text
from reconciler.views.wording import clean

_MOST = 50
"""Targets of one account, unless all are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckReport:
    """What was read again, and how."""

    returns: Returns
    run_id: str
    audit_file: str
    of_run: str
    """The run whose proofs were asked about; empty for all of them."""
    narrowing: Mapping[str, Sequence[str]]
    """``targets`` and ``excludes``."""
    trouble: ReconcilerError | None


def recheck_text(report: RecheckReport, *, full: bool) -> Iterator[Line]:
    """Yield what has returned or is unknown; exactly one last line counts."""
    returns = report.returns
    for _, rereads in groupby(returns.rereads, key=lambda one: one.gone.container.account):
        yield from _account(list(rereads), full=full)
    if not returns.rereads:
        whose = f"run {clean(report.of_run)}" if report.of_run else "any run of this ledger"
        yield line(f"Nothing is on record as proven gone by {whose}.")
    if narrowing := narrowing_text(dict(report.narrowing), full=full):
        yield line(narrowing, Style.QUIET)
    for warning in returns.warnings:
        yield line(f"Warning: {clean(warning, longest=400)}", Style.WARN)
    yield line(f"Audit log: {clean(report.audit_file, longest=1000)}", Style.QUIET)
    yield EMPTY
    counts = ", ".join(f"{returns.count(fate)} {fate.words}" for fate in Fate)
    yield line(f"Recheck: {counts}.", Style.STRONG)


def _account(rereads: Sequence[Reread], *, full: bool) -> Iterator[Line]:
    """Yield what one account holds again, then what could not be read of it."""
    returns = Returns(rereads)
    told = returns.count(Fate.RETURNED) + returns.count(Fate.UNKNOWN)
    room = told if full else min(told, _MOST)
    for one in islice(returns.of(Fate.RETURNED), room):
        yield from _returned(one)
    left = max(room - returns.count(Fate.RETURNED), 0)
    yield from _unknown(returns, left)
    if told > room:
        yield line(f"  … and {told - room} more (--full shows all)", Style.QUIET)
        yield EMPTY


def _returned(one: Target) -> Iterator[Line]:
    proof = one.proof
    yield (
        ("  + ", Style.DELETE),
        (clean(one.address), Style.STRONG),
        (" has returned", Style.PLAIN),
    )
    yield line(f"      proven gone {stamp(proof.proven_at)} by run {clean(proof.run_id)}")
    if places := (*proof.manifests, *proof.tickets):
        yield line(f"      declared then by {clean(', '.join(places))}", Style.QUIET)
    yield EMPTY


def _unknown(returns: Returns, room: int) -> Iterator[Line]:
    """Yield every cause for which something is unknown, and the addresses there is room for."""
    causes = Counter(_cause(one) for one in returns.of(Fate.UNKNOWN))
    shown: dict[str, list[str]] = {}
    for one in islice(returns.of(Fate.UNKNOWN), room):
        shown.setdefault(_cause(one), []).append(one.address)
    for cause, count in causes.items():
        yield (
            (f"  ? {count} unknown", Style.DOUBT),
            (f": {clean(cause, longest=400)}", Style.PLAIN),
        )
        yield from (line(f"      {clean(address)}") for address in shown.get(cause, ()))
        yield EMPTY


def _cause(one: Target) -> str:
    return one.state.cause if isinstance(one.state, Unknown) else ""


def recheck_json(report: RecheckReport, code: ExitCode) -> Iterator[str]:
    """Yield the same, with everything that was asked about, as one JSON object."""
    returns = report.returns
    head: dict[str, Any] = {
        "type": "recheck",
        "format_version": FORMAT_VERSION,
        "run_id": report.run_id,
        "audit_file": report.audit_file,
        "of_run": report.of_run,
        **report.narrowing,
        "counts": {fate.value: returns.count(fate) for fate in Fate},
        "warnings": list(returns.warnings),
    }
    yield to_json(head)[:-1] + ',"items":['
    for number, one in enumerate(returns.of(*Fate)):
        yield ("," if number else "") + "\n" + to_json(_item(one))
    error = report.trouble
    tail = {"errors": [error.fields] if error else [], **ending(code)}
    yield "\n]," + to_json(tail)[1:] + "\n"


def _item(one: Target) -> dict[str, Any]:
    item: dict[str, Any] = {
        "address": one.address,
        "state": fate_of(one.state).value,
        "reason": _cause(one),
        "proven_at": stamp(one.proof.proven_at),
        "proven_by": one.proof.run_id,
        "manifests": list(one.proof.manifests),
        "tickets": list(one.proof.tickets),
    }
    if not isinstance(one.state, Unknown):
        item["evidence"] = {"by": one.state.evidence.by, "answer": one.state.evidence.answer}
    return item
