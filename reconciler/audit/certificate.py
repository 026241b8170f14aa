"""Certificates: what a verified log proves of what was asked for, and what it does not."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.audit.chain import line_hash
from reconciler.audit.erasure import Declaration, LeftAlone, Line, Told
from reconciler.audit.findings import Finding
from reconciler.audit.loading import RunFiles
from reconciler.audit.parsing import parse

LIMITS = (
    "What is called absent was read between the two times that are given, and was not there.",
    "Nothing is said of other times, nor of copies elsewhere, such as backups and exports.",
    "Of what was declared, only what was sent, or is counted here as left alone, is in here.",
    "What was absent before anything was sent is not in the log, and so not in here.",
    "Each line is one of the audit log: run and seq say which, sha256 what stands there.",
)
"""What a certificate says, and what not."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A run that a certificate rests on."""

    run_id: str
    lines: int
    head: str
    """The hash of the last line."""
    log_id: str
    actor: str
    commit: str
    plan_digest: str

    @property
    def fields(self) -> dict[str, Any]:
        """The same by name."""
        return {
            "run_id": self.run_id,
            "log_id": self.log_id,
            "lines": self.lines,
            "hash": self.head,
            "actor": self.actor,
            "commit": self.commit,
            "plan_digest": self.plan_digest,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What is known of everything that was asked for."""

    asked: Mapping[str, str]
    """What was asked for, by option; personal values as pseudonyms."""
    issued_at: str
    tool: str
    told: Sequence[Told]
    left: Sequence[LeftAlone]
    """What was declared and not sent."""
    grounds: Sequence[Ground]
    findings: Sequence[Finding]
    """What is wrong with the runs that it rests on; none of it contradicts them."""
    checkpoints: str
    """What the checkpoints of these runs are worth."""

    @property
    def proven(self) -> list[Told]:
        """What was absent when it was last read."""
        return [one for one in self.told if one.is_proven]

    @property
    def unproven(self) -> list[Told]:
        """What was not."""
        return [one for one in self.told if not one.is_proven]

    @property
    def not_sent(self) -> int:
        """How many targets were left alone, of which nothing is proven either."""
        return sum(one.total for one in self.left)

    def body(self) -> dict[str, Any]:
        """Return it by names, without floats and nulls, so that it has a canonical form."""
        return {
            "type": "certificate_of_erasure",
            "asked": dict(self.asked),
            "issued_at": self.issued_at,
            "tool": self.tool,
            "proven": [_fields(one) for one in self.proven],
            "unproven": [_fields(one) for one in self.unproven],
            "not_sent": [_left(one) for one in self.left],
            "rests_on": [one.fields for one in self.grounds],
            "checkpoints": self.checkpoints,
            "findings": [
                {"kind": one.kind.value, "file": one.file, "line": one.line, "message": one.message}
                for one in self.findings
            ],
            "limits": list(LIMITS),
        }


def runs_told(told: Sequence[Told], left: Sequence[LeftAlone]) -> set[str]:
    """Return the runs that targets were told by, and those that left some alone."""
    return {run_id for one in told for run_id in one.runs} | {one.told.run_id for one in left}


def grounds_of(run_ids: Collection[str], runs: Mapping[str, RunFiles]) -> Iterator[Ground]:
    """Yield the runs that a certificate rests on, sorted."""
    for run_id in sorted(run_ids):
        lines = runs[run_id].lines or ()
        first = parse(lines[0])[0] or {}
        yield Ground(
            run_id=run_id,
            lines=len(lines),
            head=line_hash(lines[-1]),
            log_id=str(first.get("log_id", "")),
            actor=str(first.get("actor", "")),
            commit=str(first.get("git", {}).get("commit", "")),
            plan_digest=str(first.get("plan_digest", "")),
        )


def _fields(told: Told) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "address": told.address,
        "system": told.system,
        "account": told.account,
        "tenant": told.tenant,
        "host": told.host,
        "declared": [_declaration(one) for one in told.declared],
        "outcome": told.outcome,
        "intended": _line(told.intended),
        "evidence": dict(told.evidence),
    }
    if told.sent_as:
        fields["sent_as"] = told.sent_as
    if told.shown:
        fields["shown"] = _line(told.shown)
    return fields


def _left(left: LeftAlone) -> dict[str, Any]:
    told = _line(left.told)
    return {"declared": _declaration(left.declared), "counts": dict(left.counts), "told": told}


def _declaration(one: Declaration) -> dict[str, Any]:
    return {
        "manifest": one.manifest,
        "file": one.file,
        "ticket": one.ticket,
        "purpose": one.purpose,
    }


def _line(line: Line) -> dict[str, Any]:
    return {"run_id": line.run_id, "seq": line.seq, "hash": line.hash, "time": line.time}
