"""What must hold whatever was killed, each promise checked against the server's own records."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from reconciler.errors import ExitCode
from tests.chaos.evidence import Evidence
from tests.chaos.recorder import Request
from tests.chaos.settings import WINDOW, Setting
from tests.chaos.witness import Key


def broken(evidence: Evidence, setting: Setting) -> list[str]:
    """Return in words every promise that was not kept."""
    return [
        *_nothing_is_sent_after_it_was_gone(evidence),
        *_nothing_is_sent_again_unread(evidence),
        *_no_window_is_too_full(evidence, setting),
        *_every_request_was_announced(evidence),
        *_only_what_is_declared_is_gone(evidence),
        *_the_ledger_knows_it(evidence),
        *_the_files_are_the_ledgers_copy(evidence),
        *_whoever_holds_an_account_keeps_it(evidence),
    ]


def _nothing_is_sent_after_it_was_gone(evidence: Evidence) -> Iterator[str]:
    for request in evidence.deletions:
        late = [one for one in request.deletes if evidence.gone_at[one] <= request.time]
        if late:
            ago = request.time - min(evidence.gone_at[one] for one in late)
            yield f"{len(late)} of {_words(request)} had been gone for up to {ago:.2f} s"


def resent(evidence: Evidence) -> list[tuple[str, Request, Request]]:
    """Return every id that was sent again, with the request before and the one that repeats it."""
    last: dict[str, Request] = {}
    found = []
    for request in evidence.deletions:
        for one in request.deletes:
            if one in last:
                found.append((one, last[one], request))
            last[one] = request
    return found


def _nothing_is_sent_again_unread(evidence: Evidence) -> Iterator[str]:
    reads = [one for one in evidence.requests if not one.deletes and one.whole]
    for one, before, again in resent(evidence):
        if not any(
            read.system == again.system and before.time < read.time < again.time for read in reads
        ):
            yield f"{one} was sent again without a reading in between"


def fullest(evidence: Evidence, system: str, *, deleting: bool = False) -> int:
    """Return the most requests to a system that arrived in any window, bodies cut off included."""
    times = sorted(
        one.time
        for one in evidence.requests
        if one.system == system and (one.deletes or not deleting)
    )
    return max(
        (bisect_left(times, begin + WINDOW) - first for first, begin in enumerate(times)), default=0
    )


def _no_window_is_too_full(evidence: Evidence, setting: Setting) -> Iterator[str]:
    for system in sorted({one.system for one in evidence.requests}):
        for deleting, allowed in ((False, setting.calls), (True, setting.deletions)):
            most = fullest(evidence, system, deleting=deleting)
            if most > allowed:
                what = "deletions" if deleting else "requests"
                yield f"{most} {what} at {system} within {WINDOW:g} s, allowed are {allowed}"


def _every_request_was_announced(evidence: Evidence) -> Iterator[str]:
    used: set[Key] = set()
    for request in evidence.deletions:
        key = None
        if request.seen is None:
            key = _announced_earlier(evidence, request, used)
        elif len(request.seen) == 1:
            (seen,) = request.seen
            key = seen.key if seen.same_ids else None
            if not seen.in_file:
                yield f"{_words(request)} is not in the audit file of its run"
        elif request.seen:
            yield f"{_words(request)} names what {len(request.seen)} open batches name"
            continue
        if key is None:
            yield f"{_words(request)} was not announced in the ledger"
        elif key in used:
            yield f"{key} arrived twice"
        else:
            used.add(key)


def _announced_earlier(evidence: Evidence, request: Request, used: set[Key]) -> Key | None:
    """Return the batch of a request that came while the ledger could not be read."""
    return next(
        (
            row.key
            for row in evidence.ledger.batches
            if row.ids == set(request.deletes)
            and row.intent_at <= request.time
            and row.key not in used
        ),
        None,
    )


def _only_what_is_declared_is_gone(evidence: Evidence) -> Iterator[str]:
    yield from _differ("gone at the server", evidence.gone, "declared", evidence.declared)
    sent = {one for request in evidence.deletions for one in request.deletes}
    yield from _differ("sent", sent, "declared", evidence.declared)


def _the_ledger_knows_it(evidence: Evidence) -> Iterator[str]:
    ledger = evidence.ledger
    left = [row.key for row in ledger.batches if row.state != "settled"]
    if left:
        yield f"{len(left)} batches are not settled, as {left[0]}"
    announced = {one for row in ledger.batches for one in row.ids}
    yield from _differ("announced in the ledger", announced, "declared", evidence.declared)
    yield from _differ("gone by the ledger", ledger.gone, "declared", evidence.declared)
    told = _told_deleted(evidence)
    yield from _differ("deleted by the audit log", told, "declared", evidence.declared)


def _told_deleted(evidence: Evidence) -> set[str]:
    """Return what the audit log says was deleted, by the run that sent it or by a later one."""
    items = {
        _batch_of(event): {item["id"] for item in event["items"]}
        for event in evidence.ledger.events("batch.intent")
    }
    told: set[str] = set()
    for event in evidence.ledger.events("batch.settled"):
        outcomes = dict(event["outcomes"])
        rest = outcomes.pop("rest", "")
        told.update(outcomes.get("deleted", []))
        if rest == "deleted":
            told |= items[_batch_of(event)].difference(*outcomes.values())
    for event in evidence.ledger.events("recovery.settled"):
        told.update(event["outcomes"].get("deleted", []))
    return told


def _batch_of(event: dict[str, dict[str, object]]) -> tuple[object, ...]:
    batch = event["batch"]
    return (event["run_id"], batch["account"], batch["number"], batch["attempt"])


def _the_files_are_the_ledgers_copy(evidence: Evidence) -> Iterator[str]:
    copies = {
        run_id: b"".join(line + b"\n" for line in lines)
        for run_id, lines in evidence.ledger.lines.items()
    }
    # A run may be killed after it made its file and before the ledger knows of it.
    files = {run_id: content for run_id, content in evidence.files.items() if content}
    for run_id, copy in copies.items():
        if files.pop(run_id, b"") != copy:
            yield f"the audit file of {run_id} is not the ledger's copy"
    yield from (f"the ledger knows nothing of the audit file {run_id}" for run_id in files)


def _whoever_holds_an_account_keeps_it(evidence: Evidence) -> Iterator[str]:
    """Yield the runs that lost an account while they lived; a killed one does not say so."""
    at_work = {event["run_id"] for event in evidence.ledger.events("tenant.checked")}
    for event in evidence.ledger.events("run.finished"):
        if event["exit_code"] == ExitCode.LOCKED and event["run_id"] in at_work:
            yield f"{event['run_id']} lost an account to another run"


def _differ(
    what: str, these: set[str] | frozenset[str], other: str, those: frozenset[str]
) -> Iterator[str]:
    if surplus := these - those:
        yield f"{len(surplus)} are {what} and not {other}, as {min(surplus)}"
    if missing := those - these:
        yield f"{len(missing)} are {other} and not {what}, as {min(missing)}"


def _words(request: Request) -> str:
    return f"a request of {len(request.deletes)} ids to {request.system}"


def unfinished_only(findings: Sequence[tuple[str, str]], evidence: Evidence) -> Iterator[str]:
    """Yield what ``audit verify`` found, but that killed runs have no end."""
    for run_id, message in findings:
        if message != "the run has not finished" or run_id in evidence.ledger.finished:
            yield f"audit verify, {run_id}: {message}"
