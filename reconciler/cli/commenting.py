"""Commenting: what a plan, or the run that applied it, is told as, and where it goes."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from reconciler.application.ports import Clock
from reconciler.audit.past import PastRun
from reconciler.cli.ci import Job
from reconciler.domain.document import PlanDocument, last_line
from reconciler.domain.plan import Action
from reconciler.errors import ExitCode
from reconciler.forges.forge import Forge, Kind, Thread
from reconciler.forges.github import GitHub
from reconciler.forges.gitlab import GitLab
from reconciler.forges.marker import Marker, State, key_of
from reconciler.forges.posting import Result, Told, label, tell, tell_drift
from reconciler.forges.thread import FOLD_ROOM, Mode
from reconciler.forges.trouble import ForgeError
from reconciler.views.markdown.plan import LIMIT, plan_markdown
from reconciler.views.markdown.room import size
from reconciler.views.markdown.run import run_markdown
from reconciler.views.markdown.status import Status, status_of
from reconciler.views.presentation import Presentation

DRIFT = "drift"
Target: TypeAlias = int | str | None
"""A pull or merge request, ``drift``, or None for whatever the job is for."""

_LABEL = "reconciler: "
_APPLIED = "applied"
_LABELS = frozenset(f"{_LABEL}{name}" for name in (*Status, _APPLIED))


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is to be told."""

    plan: PlanDocument
    run: PastRun | None
    """The run that applied it; None before."""
    about: Presentation
    is_drift: bool

    @cached_property
    def text(self) -> str:
        """The Markdown, as long as a comment may be with its marker, and folded later on."""
        limit = LIMIT - size(self._marker.line) - 1 - FOLD_ROOM
        if self.run is None:
            return plan_markdown(self.plan, self.about, limit=limit)
        return run_markdown(self.run, self.plan, self.about, limit=limit)

    @property
    def body(self) -> str:
        """The whole comment."""
        return f"{self._marker.line}\n{self.text}"

    @property
    def farewell(self) -> str:
        """The last comment of an issue that has nothing left to tell."""
        marker = Marker(self._marker.key, self._marker.digest, State.SUPERSEDED)
        said = last_line(self.plan.footer["counts"])
        return f"{marker.line}\n### Reconciler: no drift\n\n**{said}**\n"

    @property
    def label(self) -> str:
        """The one label of ours that says it."""
        return f"{_LABEL}{_ended(self.run) if self.run else status_of(self.plan)}"

    @property
    def title(self) -> str:
        """The title of an issue that tells it."""
        counts = self.plan.footer["counts"]
        deletions, held = counts[Action.DELETE], counts[Action.HELD]
        if deletions:
            things = "target exists" if deletions == 1 else "targets exist"
            return f"Drift: {deletions} declared {things} again"
        if held:
            return f"Drift: {held} declared {'target is' if held == 1 else 'targets are'} held"
        unknown = counts[Action.UNKNOWN]
        if not unknown:
            return "Drift: the plan is blocked"
        return (
            f"Drift: {unknown} declared {'target' if unknown == 1 else 'targets'} could not be read"
        )

    @property
    def has_drift(self) -> bool:
        """Whether there is something that an issue should tell."""
        return status_of(self.plan) is not Status.NO_CHANGES

    @property
    def _marker(self) -> Marker:
        header = self.plan.header
        key = key_of(header.get("targets", []), header.get("excludes", []), drift=self.is_drift)
        state = State.APPLIED if self.run else State.CURRENT
        return Marker(key, self.plan.footer["digest"], state)


def _ended(run: PastRun) -> str:
    """Return what a run came to, for a label: only one without fault has applied the plan."""
    match run.exit_code:
        case ExitCode.DONE:
            return _APPLIED
        case ExitCode.REFUSED:
            return Status.BLOCKED
        case _:
            return Status.INCOMPLETE


def forge_of(job: Job, clock: Clock) -> Forge:
    """Return a client for where the job runs; raises ForgeError where none can be had."""
    summary, hint = job.trouble
    if summary:
        raise ForgeError(summary, hint)
    kind = GitHub if job.provider == "github" else GitLab
    return kind(job.api, job.project, job.token, clock)


async def tell_all(
    forge: Forge, job: Job, target: Target, message: Message, mode: Mode
) -> tuple[Told, list[ForgeError]]:
    """Tell it where it belongs, and label that; a label that cannot be set is only mentioned."""
    trouble: list[ForgeError] = []
    try:
        told = await _tell(forge, job, target, message, mode)
        trouble += told.trouble
        if told.thread is not None and told.result is not Result.CLOSED:
            try:
                await label(forge, told.thread, message.label, _LABELS)
            except ForgeError as error:
                trouble.append(error)
    finally:
        await forge.close()
    return told, trouble


async def _tell(forge: Forge, job: Job, target: Target, message: Message, mode: Mode) -> Told:
    if message.is_drift:
        return await tell_drift(
            forge,
            message.title,
            message.body,
            is_drift=message.has_drift,
            farewell=message.farewell,
        )
    number = target if isinstance(target, int) else await _review(forge, job)
    if number is None:
        return Told(Result.SKIPPED)
    return await tell(forge, Thread(Kind.REVIEW, number), message.body, mode)


async def _review(forge: Forge, job: Job) -> int | None:
    """Return the pull or merge request that the job, or its commit, belongs to."""
    if job.review is not None or not job.commit:
        return job.review
    found = await forge.reviews_of(job.commit)
    return found[-1] if found else None
