"""The head of a run's audit log: who, from where, by which manifests, on whose approval."""

import getpass
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence

from reconciler import __version__
from reconciler.audit.past import RECHECK
from reconciler.cli.origin import origin_of
from reconciler.cli.session import Session
from reconciler.cli.settings import Settings
from reconciler.domain.approval import Reviewed
from reconciler.domain.events import Json, RunStarted
from reconciler.domain.left_alone import left_alone
from reconciler.domain.plan import Action, Origin, Plan


def run_started(
    session: Session,
    plan: Plan | None,
    approved: Reviewed | None,
    *,
    reviewed: bool,
    command: str = "apply",
    takes_up: Sequence[str] = (),
    found_dead: Iterable[str] = (),
) -> RunStarted:
    """Return the first event of a run; ``reviewed`` says that somebody approved beforehand.

    Without a plan it is the head of a run that was refused before it had one.
    """
    fields: dict[str, Json] = {
        **_head(session, plan.origin if plan else origin_of(session.folder)),
        "command": command,
        "deletions": plan.counts()[Action.DELETE] if plan else 0,
        "reviewed": reviewed,
        "declared": _declared(session, plan),
    }
    if digest := (approved and approved.digest) or (plan and plan.digest):
        fields["plan_digest"] = digest
    if takes_up:
        fields["takes_up"] = list(takes_up)
    if dead := list(found_dead):
        fields["found_dead"] = dead
    return RunStarted(fields=fields)


def _declared(session: Session, plan: Plan | None) -> list[Json]:
    """Return the table of manifests; those that the plan is about with what it leaves alone."""
    left = left_alone(plan) if plan else {}
    table: list[Json] = []
    for index, manifest in enumerate(session.declarations.manifests):
        row: dict[str, Json] = {
            "manifest": manifest.address,
            "file": manifest.file,
            "ticket": manifest.ticket,
            "purpose": manifest.purpose,
        }
        if index in left:
            row["left"] = {action.value: count for action, count in left[index].items()}
        table.append(row)
    return table


def recheck_started(session: Session, of_run: str) -> RunStarted:
    """Return the first event of a recheck, of what one run or every run proved gone."""
    fields = {**_head(session, origin_of(session.folder)), "command": RECHECK, "deletions": 0}
    return RunStarted(fields={**fields, "of_run": of_run} if of_run else fields)


def _head(session: Session, origin: Origin) -> dict[str, Json]:
    """Return what every run begins with."""
    git: dict[str, Json] = {"commit": origin.commit, "ref": origin.ref, "dirty": origin.dirty}
    fields: dict[str, Json] = {
        "tool": {"name": "reconciler", "version": __version__},
        "actor": actor(session.settings),
        "git": git,
    }
    narrowed = session.declarations.targeting.written
    fields.update({name: selectors for name, selectors in narrowed.items() if selectors})
    ci = _ci(session.settings)
    return {**fields, "ci": ci} if ci else fields


def new_run_id(session: Session) -> str:
    """Return an id that sorts by time."""
    now = session.now
    return f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{secrets.token_hex(4)}"


def actor(settings: Settings) -> str:
    """Return who does it, for the record."""
    try:
        return settings.get("ACTOR") or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _ci(settings: Settings) -> dict[str, Json]:
    """Return what is known of the job that this runs in; empty outside CI."""
    environ: Mapping[str, str] = os.environ  # noqa: TID251 - the CI's own variables, for the record
    ci: dict[str, Json] = {}
    for provider, marker in (("github", "GITHUB_ACTIONS"), ("gitlab", "GITLAB_CI")):
        if environ.get(marker) == "true":
            ci["provider"] = provider
    run = settings.get("CI_URL") or environ.get("GITHUB_RUN_ID") or environ.get("CI_JOB_URL")
    if run:
        ci["run"] = run
    if settings.get("PULL_REQUEST"):
        ci["pull_request"] = settings.get("PULL_REQUEST")
    return ci
