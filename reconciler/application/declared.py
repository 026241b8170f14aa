"""Deleting by declared identifiers: each resolved once more right before its batch."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby

from reconciler.application.planning import read_container, unread
from reconciler.application.ports import OutOfCallsError, Reader, UnreadableError
from reconciler.application.sending import DeclaredRows, Delivery, Sender
from reconciler.domain.absences import Absences, Named
from reconciler.domain.batches import batch_of, into_chunks
from reconciler.domain.identifiers import Sent, kind_of
from reconciler.domain.live import Absent, LiveTable
from reconciler.domain.outcomes import Outcome, Settled
from reconciler.domain.plan import Section
from reconciler.domain.selection import select
from reconciler.domain.together import due_as_declared, still_due
from reconciler.errors import IdentityError

_VANISHED = "its identifier no longer selects it"


async def send_declared(
    sender: Sender, reader: Reader, section: Section, rows: DeclaredRows
) -> list[Delivery]:
    """Send the identifiers of ``deleteBy: declared``, one kind a batch, one batch at a time."""
    deliveries: list[Delivery] = []
    for chunk in _chunks(section, sender.account.limits.batch):
        ids = [target_id for sent in chunk for target_id in sent.ids]
        if sender.may_not_send():
            explained = bool(sender.brake)
            sender.results.leave(section.absences.container, ids, sender.why(), explained=explained)
            continue
        allowed = await _resolved(sender, reader, section, chunk)
        if allowed:
            batch = batch_of(next(sender.numbers), section.absences.container, allowed)
            resolve = partial(_resolved, sender, reader, section)
            deliveries += await sender.send([batch], rows, resolve)
    return deliveries


def _chunks(section: Section, size: int) -> Iterator[Sequence[Sent]]:
    due = sorted(due_as_declared(section), key=lambda one: kind_of(one.identifier))
    for _, group in groupby(due, key=lambda one: kind_of(one.identifier)):
        yield from into_chunks(list(group), size)


async def _resolved(
    sender: Sender, reader: Reader, section: Section, chunk: Sequence[Sent]
) -> list[Sent]:
    """Return what may be sent of a chunk; note the outcome of every other target of it."""
    container, results = section.absences.container, sender.results
    absences = _only(section.absences, chunk)
    try:
        reading = await read_container(reader, absences)
    except IdentityError as error:
        sender.denied = sender.denied or str(error)
        reading = unread(absences, str(error))
    cause = reading.unread or "; ".join(
        reading.untold[kind]
        for kind in {kind_of(one.identifier) for one in chunk} & {*reading.untold}
    )
    if cause:
        ids = [target_id for sent in chunk for target_id in sent.ids]
        reason = f"its identifier could not be resolved again: {cause}"
        results.leave(container, ids, reason)
        return []
    selection = select(absences, reading.table)
    allowed, left_out = still_due(section, chunk, reading.table, selection)
    for target_id, why in left_out.items():
        results.leave(container, [target_id], why)
    kept = {target_id for sent in allowed for target_id in sent.ids}
    vanished = [
        target_id
        for sent in chunk
        for target_id in sent.ids
        if target_id not in kept and target_id not in left_out
    ]
    if vanished:
        await _note_vanished(sender, reader, section, sorted(vanished))
    return allowed


def _only(absences: Absences, chunk: Sequence[Sent]) -> Absences:
    """Return absences that ask for nothing but what some identifiers select."""
    named = tuple(Named(one.identifier, 0, 0) for one in chunk)
    return replace(absences, ids=(), manifest=(), line=(), also={}, notes={}, named=named, rules=())


async def _note_vanished(
    sender: Sender, reader: Reader, section: Section, ids: Sequence[str]
) -> None:
    """Note what became of targets that their identifiers no longer select."""
    container = section.absences.container
    try:
        table = await reader.read_back(section.reading, ids)
    except IdentityError as error:
        sender.denied = sender.denied or str(error)
        table = LiveTable(container, ids)
    except (UnreadableError, OutOfCallsError):
        table = LiveTable(container, ids)
    for position, target_id in enumerate(ids):
        state = table.state(position)
        if isinstance(state, Absent):
            evidence = f"by {state.evidence.by}: {state.evidence.answer}"
            settled = Settled(Outcome.ALREADY_ABSENT, evidence=evidence)
            sender.results.put(container, target_id, settled)
        else:
            sender.results.leave(container, [target_id], _VANISHED)
