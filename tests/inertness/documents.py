"""Documents in which every text that comes from outside is the same one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from reconciler.application.applied import Applied
from reconciler.application.apply_document import ApplyDocument, apply_document
from reconciler.audit.past import PastRun, Treated
from reconciler.domain.changes.difference import Change, Changes, Difference
from reconciler.domain.document import Fields, PlanDocument
from reconciler.domain.outcomes import Outcome
from reconciler.errors import ExitCode, InvalidError, Problem, ReconcilerError
from reconciler.views.validated import Validated
from tests.fakes.plans import absences_of
from tests.views.documents import (
    compared,
    declared,
    document,
    guard,
    loosened,
    record,
    task,
    withdrawn,
)
from tests.views.plans import empty_plan
from tests.views.test_apply_text import applied

ACTIONS = ("delete", "absent", "protected", "held", "unknown")


def places(text: str) -> list[Fields]:
    """Return where something is declared, by manifests whose every word is hostile."""
    fields = {"manifest": f"AbsentTasks/{text}", "ticket": text, "purpose": text, "note": text}
    return [declared(f"manifests/{text}.yaml", 1, **fields), declared(text, 2, **fields)]


def plan_of(text: str) -> PlanDocument:
    """Return a plan of every action, compared with a base."""
    evidence = {"by": text, "answer": text}
    more: dict[str, Any] = {"reason": text, "declared": places(text), "evidence": evidence}
    live = {"live": {"name": text, "owner": text}}
    marks = ("introduced", "pre-existing")
    items = [
        {
            **make(number, action, change=marks[number % 2], **more),
            **(live if action != "absent" else {}),
        }
        for make in (task, record)
        for number, action in enumerate(ACTIONS)
    ]
    plan = document(
        *items,
        withdrawn(task(9), declared=places(text), live={"name": text}),
        guards=(
            guard(text, text, "violated", note=text, allowance=text, observed=text, limit=text),
            guard("maxDeletes", "account/crm", "not_evaluated", note=text),
        ),
        warnings=(text, f"manifests/{text}.yaml:1: {text}"),
        warning=text,
        commit=text,
        relative_times={text: text},
    )
    plan = compared(plan, loosened(1, subject=text, words=text, place=f"{text}:1", manifest=text))
    header = {**plan.header, "base": {"ref": text, "commit": text}}
    header["manifests"] = {"commit": text, "ref": text, "dirty": False}
    header["accounts"] = [
        {**one, "tenant": text, "host": text, "way": text, "system": text}
        for one in header["accounts"]
    ]
    return replace(plan, header=header)


def applied_of(text: str) -> Applied:
    """Return an apply that an error with hostile particulars ended."""
    done = applied(*((outcome, text) for outcome in Outcome), code=ExitCode.INCOMPLETE)
    done.trouble.append(error_of(text))
    return done


def apply_of(text: str) -> ApplyDocument:
    """Return what an apply did, every outcome for a hostile reason."""
    done = apply_document(applied_of(text), f"audit/{text}.jsonl")
    header = {
        **done.header,
        "run_id": text,
        "guards": plan_of(text).footer["guards"],
        "warnings": [text],
    }
    found = [
        {
            **task(number),
            "outcome": outcome.value,
            "reason": text,
            "evidence": text,
            "declared": places(text),
        }
        for number, outcome in enumerate(Outcome)
    ]

    def items() -> Iterator[Fields]:
        yield from found

    return replace(done, header=header, items=items)


def error_of(text: str) -> ReconcilerError:
    """Return an error whose particulars come from outside; summaries and hints are ours."""
    return ReconcilerError("Something is wrong", detail=text, hint="Look at it.")


def invalid_of(text: str) -> InvalidError:
    """Return a problem of a manifest that somebody wrote on purpose."""
    problem = Problem(f"manifests/{text}.yaml", 3, 5, f"Unknown key {text}", text, f"Not {text}.")
    return InvalidError([problem, replace(problem, file=text)], files=[text])


def run_of(text: str) -> PastRun:
    """Return a past run, told by an audit log that somebody wrote on purpose."""
    target = Treated(address=text, outcome=text, time=text, manifests=[text], tickets=[text])
    return PastRun(
        run_id=text,
        command=text,
        started=text,
        finished=text,
        actor=text,
        commit=text,
        plan_digest=text,
        deletions=1,
        outcomes={text: 1, "deleted": 2},
        exit_code=1,
        failure_reason=text,
        rechecked={},
        places={},
        treated=[target],
    )


def explanation_of(text: str) -> Fields:
    """Return why a target is held, by rules and protections whose words are hostile."""
    condition = {"asks": text, "verdict": "fails", "is": text}
    place = {**declared(text, 1), "manifest": text, "note": text}
    return {
        **task(
            1, "held", reason=text, declared=places(text), evidence={"by": text, "answer": text}
        ),
        "live": {"name": text},
        "identifiers": [{**place, "identifier": text, "sent": True}],
        "rules": [{**place, "matches": True, "conditions": [condition]}],
        "expects": [{**place, "met": False, "conditions": [condition]}],
        "protections": [
            {
                "protection": text,
                "place": text,
                "protects": True,
                "why": text,
                "reason": text,
                "conditions": [condition],
            }
        ],
        "to_change": [text],
    }


def validated_of(text: str) -> Validated:
    """Return manifests whose warnings and changes are hostile."""
    change = Change(account=text, manifest=text, place=f"{text}:1", subject=text, words=text)
    declarations = replace(
        empty_plan().declarations,
        files=(text, f"manifests/{text}.yaml"),
        warnings=(text, f"manifests/{text}.yaml:1: {text}", f"{text}:1: {text}"),
        conflicts=(text,),
    )
    absences = absences_of([])
    new = Difference(absences=absences, positions=(), others=[change])
    old = Difference(absences=absences, positions=(), others=[replace(change, in_base=True)])
    changes = Changes(introduced=[new], withdrawn=[old], loosened=[change])
    return Validated(declarations=declarations, changes=changes, base=text, commit=text)


AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
