"""A certificate of erasure as people read it: plain text, for it may be signed as it stands."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from reconciler.audit.certificate import LIMITS, Certificate, Ground
from reconciler.audit.erasure import Declaration, LeftAlone, Line, Told
from reconciler.domain.outcomes import Outcome
from reconciler.views.wording import clean, several

_LONGEST = 1000
_WIDTH = 14


def certificate_text(certificate: Certificate, *, signed: bool) -> Iterator[str]:
    """Yield it line by line, each ended by a line feed."""
    yield from (f"{line}\n" for line in _lines(certificate))
    if not signed:
        yield "\nThis certificate is not signed.\n"


def _lines(certificate: Certificate) -> Iterator[str]:
    proven, unproven = certificate.proven, certificate.unproven
    yield "Certificate of erasure"
    yield ""
    for name, value in certificate.asked.items():
        yield _row("asked for", f"{name} {_clean(value)}")
    yield _row("issued", f"{_clean(certificate.issued_at)} by {_clean(certificate.tool)}")
    yield _row("proven absent", several(len(proven), "target"))
    yield _row("not proven", several(len(unproven) + certificate.not_sent, "target"))
    yield from _section("Proven absent when read", proven)
    yield from _section("Not proven absent", unproven)
    yield from _left_alone(certificate.left)
    yield ""
    yield "What it rests on"
    yield ""
    for ground in certificate.grounds:
        yield from _ground(ground)
    yield _row("  checkpoints", _clean(certificate.checkpoints))
    for finding in certificate.findings:
        where = f"{finding.file}:{finding.line}" if finding.line else finding.file
        yield _row(f"  {finding.kind}", _clean(f"{where}: {finding.message}"))
    yield ""
    yield "What it says, and what not"
    yield ""
    yield from (f"  - {limit}" for limit in LIMITS)


def _left_alone(left: Sequence[LeftAlone]) -> Iterator[str]:
    """Yield what was declared and not sent, run by run; the log names none of it."""
    if not left:
        return
    yield ""
    yield "Not proven absent: declared, and left alone"
    for told, group in groupby(left, lambda one: one.told):
        yield ""
        yield _row("  told", _line(told))
        for one in group:
            counted = ", ".join(f"{count} {why}" for why, count in one.counts.items())
            yield _row("  declared by", _declared(one.declared))
            yield _row("  not sent", _clean(counted))


def _section(title: str, told: Sequence[Told]) -> Iterator[str]:
    """Yield targets, those together that the same lines tell the same of."""
    if not told:
        return
    yield ""
    yield title
    for _, group in groupby(sorted(told, key=_key), _key):
        alike = list(group)
        yield ""
        yield from _shared(alike[0])
        for one in alike:
            sent_as = f", sent as {_clean(one.sent_as)}" if one.sent_as else ""
            yield f"    {_clean(one.address)}{sent_as}"


def _key(told: Told) -> tuple[object, ...]:
    shown = told.shown
    return (
        told.intended.time,
        told.intended.run_id,
        told.intended.seq,
        (shown.run_id, shown.seq) if shown else (),
        told.outcome,
        tuple((one.manifest, one.file, one.ticket, one.purpose) for one in told.declared),
    )


def _shared(told: Told) -> Iterator[str]:
    place = f"tenant {told.tenant} at {told.host}" if told.host else "which did not say who it is"
    yield _row("  in", _clean(f"{told.system} account {told.account}, {place}"))
    for one in told.declared:
        yield _row("  declared by", _declared(one))
    yield _row("  intended", _line(told.intended))
    words = Outcome(told.outcome).words if told.outcome in set(Outcome) else told.outcome
    shown = _line(told.shown) if told.shown else "nothing is written of what became of it"
    yield _row(f"  {_clean(words)}", shown)
    if told.is_proven and told.evidence:
        counted = ", ".join(f"{way} ({count})" for way, count in told.evidence.items())
        yield _row("  read back", _clean(counted))


def _declared(one: Declaration) -> str:
    ticket = f", ticket {one.ticket}" if one.ticket else ""
    return _clean(f"{one.manifest} ({one.file}){ticket}, purpose {one.purpose}")


def _ground(ground: Ground) -> Iterator[str]:
    commit = f", commit {ground.commit}" if ground.commit else ""
    yield _row("  run", _clean(f"{ground.run_id} by {ground.actor}{commit}"))
    if ground.plan_digest:
        yield _row("  plan", _clean(ground.plan_digest))
    lines = f"{several(ground.lines, 'line')} of log {ground.log_id}, the last sha256 {ground.head}"
    yield _row("  with", _clean(lines))


def _line(line: Line) -> str:
    return _clean(f"{line.time}, run {line.run_id}, seq {line.seq}, sha256 {line.hash}")


def _row(name: str, value: str) -> str:
    return f"{name:<{_WIDTH}}  {value}"


def _clean(value: str) -> str:
    return clean(value, longest=_LONGEST)
