"""What earlier runs proved gone: by the ledger's rows, told by their audit lines."""

import json
from typing import Any

from sqlalchemy import insert

from reconciler.domain.proofs import Place, Proof
from reconciler.ledger.batch_rows import pack
from reconciler.ledger.database import Database
from reconciler.ledger.proofs import knows_run, proofs_of
from reconciler.ledger.schema import audit_lines, gone, runs

PREFIX = "leadsquared/crm/task/"
RECORDS = "talkdesk/dialer/list-1/record/"
DECLARED = [
    {"manifest": "AbsentTasks/a", "file": "a.yaml", "ticket": "T-1", "purpose": "hygiene"},
    {"manifest": "AbsentTasks/b", "file": "b.yaml", "ticket": "", "purpose": "hygiene"},
]


def a_run(database: Database, run_id: str, **items: list[int]) -> None:
    """Write down a run that sent tasks, each with who declared it."""
    checked = {"account": "crm", "system": "leadsquared", "observed": "22824", "host": "h"}
    batch = {"account": "crm", "number": 1, "attempt": 1, "container": "task"}
    sent = [{"id": target_id, "declared": rows} for target_id, rows in items.items()]
    events: list[dict[str, Any]] = [
        {"type": "run.started", "declared": DECLARED},
        {"type": "tenant.checked", **checked},
        {"type": "batch.intent", "batch": batch, "items": sent},
    ]
    with database.transaction() as connection:
        values = {"run_id": run_id, "started_at": 0.0, "plan": "", "audit_file": ""}
        connection.execute(insert(runs).values(values))
        for seq, event in enumerate(events if items else ()):
            line = json.dumps({**event, "run_id": run_id, "time": "t"}).encode()
            connection.execute(insert(audit_lines).values(run_id=run_id, seq=seq, line=line))


def proven(
    database: Database, run_id: str, at: float, *ids: str, prefix: str = PREFIX, number: int = 1
) -> None:
    values = {"run_id": run_id, "account": prefix.split("/")[1], "number": number}
    more = {"container": prefix, "proven_at": at, "ids": pack(ids)}
    with database.transaction() as connection:
        connection.execute(insert(gone).values(**values, **more))


def told(database: Database, run_id: str = "") -> dict[str, tuple[str, float]]:
    return {
        one.container.address(target_id): (proof.run_id, proof.proven_at)
        for one in proofs_of(database, run_id)
        for target_id, proof in one.proofs.items()
    }


def test_a_proof_names_its_run_its_place_and_who_declared_it(database: Database) -> None:
    a_run(database, "r1", x=[0], y=[0, 1])
    proven(database, "r1", 20.0, "x", "y")
    (found,) = proofs_of(database)
    assert found.container.prefix == PREFIX
    place = Place("22824", "h")
    assert dict(found.proofs) == {
        "x": Proof(
            run_id="r1",
            proven_at=20.0,
            place=place,
            manifests=("AbsentTasks/a",),
            tickets=("T-1",),
        ),
        "y": Proof(
            run_id="r1",
            proven_at=20.0,
            place=place,
            manifests=("AbsentTasks/a", "AbsentTasks/b"),
            tickets=("T-1",),
        ),
    }


def test_of_several_proofs_the_newest_counts(database: Database) -> None:
    for name in ("r1", "r2"):
        a_run(database, name, x=[0], y=[1])
    # A dead run's batch may be settled, and so proven, after a later run.
    proven(database, "r1", 30.0, "x", "y")
    proven(database, "r2", 20.0, "y", "z")
    proven(database, "r2", 40.0, "x", number=2)
    assert told(database) == {
        f"{PREFIX}x": ("r2", 40.0),
        f"{PREFIX}y": ("r1", 30.0),
        f"{PREFIX}z": ("r2", 20.0),
    }
    assert told(database, "r1") == {f"{PREFIX}x": ("r1", 30.0), f"{PREFIX}y": ("r1", 30.0)}


def test_containers_are_told_apart_and_sorted(database: Database) -> None:
    a_run(database, "r1", x=[0])
    proven(database, "r1", 20.0, "x", prefix=RECORDS)
    proven(database, "r1", 20.0, "x")
    assert [one.container.prefix for one in proofs_of(database)] == [PREFIX, RECORDS]


def test_a_run_whose_lines_are_not_there_does_not_tell_its_place(database: Database) -> None:
    a_run(database, "r1")
    proven(database, "r1", 20.0, "x")
    (found,) = proofs_of(database)
    proof = found.proofs["x"]
    assert (proof.place, proof.manifests, proof.tickets) == (None, (), ())


def test_runs_are_known_whether_they_proved_anything_or_not(database: Database) -> None:
    a_run(database, "r1")
    assert knows_run(database, "r1")
    assert not knows_run(database, "r")
    assert proofs_of(database, "r1") == []
