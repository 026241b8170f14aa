"""The head of a run's audit log: who, from where, by which manifests, on whose approval."""

import getpass
import os
from collections.abc import Mapping, Sequence

from reconciler import __version__
from reconciler.cli.origin import origin_of
from reconciler.cli.session import Session
from reconciler.cli.settings import Settings
from reconciler.domain.approval import Reviewed
from reconciler.domain.events import Json, RunStarted
from reconciler.domain.plan import Action, Plan


def run_started(
    session: Session,
    plan: Plan | None,
    approved: Reviewed | None,
    *,
    reviewed: bool,
    takes_up: Sequence[str] = (),
) -> RunStarted:
    """Return the first event of a run; ``reviewed`` says that somebody approved beforehand.

    Without a plan it is the head of a run that was refused before it had one.
    """
    settings, origin = session.settings, plan.origin if plan else origin_of(session.folder)
    git: dict[str, Json] = {"commit": origin.commit, "ref": origin.ref, "dirty": origin.dirty}
    fields: dict[str, Json] = {
        "tool": {"name": "reconciler", "version": __version__},
        "actor": actor(settings),
        "git": git,
        "deletions": plan.counts()[Action.DELETE] if plan else 0,
        "reviewed": reviewed,
        "declared": [
            {
                "manifest": manifest.address,
                "file": manifest.file,
                "ticket": manifest.ticket,
                "purpose": manifest.purpose,
            }
            for manifest in session.declarations.manifests
        ],
    }
    if approved:
        fields["plan_digest"] = approved.digest
    elif plan:
        fields["plan_digest"] = plan.digest
    narrowed = session.declarations.targeting.written
    fields.update({name: selectors for name, selectors in narrowed.items() if selectors})
    if takes_up:
        fields["takes_up"] = list(takes_up)
    ci = _ci(settings)
    if ci:
        fields["ci"] = ci
    return RunStarted(fields=fields)


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
