"""A wish: what one call of apply, or resume, asks for."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.application.approved_plan import Terms
from reconciler.cli.runs.results_file import ResultsFile
from reconciler.domain.approval import Reviewed
from reconciler.domain.digest import identity_of
from reconciler.domain.plan import Plan
from reconciler.errors import ExitCode
from reconciler.ledger.used_allowances import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one call of apply asks for."""

    reviewed: Reviewed | None
    """The deletions that were approved beforehand, one by one."""
    terms: Terms | None = None
    """The terms of a plan that was approved before; None for those of the fresh plan."""
    taken_up: Sequence[str] = ()
    """The interrupted runs whose approval this is."""
    expected_digest: str = ""
    auto_approve: bool = False
    max_deletes: int | None = None
    stop_after: float | None = None
    """Seconds after which no further batch may be sent; None for no such time."""
    skip_unknown: bool = False
    """What was seen alive is deleted although other things could not be read."""
    results: ResultsFile | None = None
    codes: Sequence[ExitCode] = ()
    """What it ends in, unless something weighs more."""
    command: str = "apply"

    @property
    def is_approved(self) -> bool:
        """Whether somebody approved beforehand."""
        return self.reviewed is not None or bool(self.expected_digest)

    @property
    def is_unattended(self) -> bool:
        """Whether nobody looks at it, or nobody looked at what it goes on with."""
        if self.terms is not None:
            return self.terms.unattended
        return self.auto_approve and not self.is_approved

    @property
    def claim(self) -> Claim:
        """The approval that it goes on with."""
        if self.terms is None:
            return Claim()
        return Claim(plan=self.terms.checksum, taken_up=self.taken_up, digests=self.terms.digests)

    def terms_of(self, plan: Plan) -> Terms:
        """Return on which terms a plan is applied."""
        return self.terms or Terms(
            made_at=plan.created_at,
            expires_at=plan.expires_at,
            key_ids={one.account.name: one.key_id for one in plan.accounts},
            digests={one.account.name: plan.digest for one in plan.accounts},
            identities=[identity_of(one) for one in plan.accounts],
            relative_times=plan.declarations.relative_times,
            unattended=self.is_unattended,
            skip_unknown=self.skip_unknown,
            max_deletes=self.max_deletes,
        )
