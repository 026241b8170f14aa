"""Approving: a plan file, a digest, or a person at a terminal."""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from reconciler.application.approved_plan import Terms
from reconciler.application.clock import stamp
from reconciler.cli.front import Front
from reconciler.cli.session import Session
from reconciler.cli.sites import Site
from reconciler.domain.absences import accounts_in_scope
from reconciler.domain.digest import Identity, scope_digest
from reconciler.domain.document import moment
from reconciler.errors import StaleError, UsageError
from reconciler.ledger.memory import Memory
from reconciler.planfile.read import SavedPlan
from reconciler.views.wording import several

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_AGAIN = "Make a new plan and have it reviewed."


def check_beforehand(
    front: Front,
    *,
    plan: Path | None,
    digest: str | None,
    auto_approve: bool,
    narrows: bool,
) -> None:
    """Raise UsageError when nobody approved and nobody can be asked, or when words contradict."""
    if plan is not None and narrows:
        raise UsageError(
            "--target and --exclude do not go with --plan",
            detail="A plan is applied as it was narrowed when it was made.",
            hint="Make a new plan with them.",
        )
    if digest is not None and not _DIGEST.fullmatch(digest):
        # An empty one, say of a variable that is not set, must not mean "any plan".
        raise UsageError(
            "--expect-digest is not a digest",
            detail=repr(digest),
            hint="It is the line `Digest: sha256:…` of the plan that was reviewed.",
        )
    if plan is None and digest is None and not auto_approve and not front.is_attended:
        raise UsageError(
            "Nothing approves this apply",
            detail="There is no terminal to ask at.",
            hint="Pass --plan FILE, --expect-digest DIGEST or --auto-approve.",
        )


def identities_today(session: Session) -> set[Identity]:
    """Return whose the accounts in scope are, and where they are reached."""
    hosts = session.hosts
    accounts = accounts_in_scope(session.declarations)
    return {Identity(one.name, one.system, one.tenant, hosts[one.name]) for one in accounts}


def check_saved_plan(saved: SavedPlan, session: Session, digest: str | None) -> None:
    """Raise StaleError when a saved plan may not be applied to what is declared today."""
    if digest is not None and digest != saved.footer["digest"]:
        raise StaleError(
            "The plan is not the approved one",
            detail=f"approved {digest}, the file's is {saved.footer['digest']}",
            hint=_AGAIN,
        )
    if terms_of(saved, None, skip_unknown=False).expired(
        session.now, session.declarations.policies
    ):
        detail = f"made at {moment(saved.made_at)}, to expire at {moment(saved.expires_at)}"
        raise StaleError("The plan has expired", detail=detail, hint=_AGAIN)
    today, then = identities_today(session), set(saved.identities)
    if today != then:
        details = [f"planned for {words_of(one)}" for one in sorted(then - today)]
        details += [f"declared now {words_of(one)}" for one in sorted(today - then)]
        raise StaleError("The plan is of other accounts", detail="\n".join(details), hint=_AGAIN)


def terms_of(saved: SavedPlan, max_deletes: int | None, *, skip_unknown: bool) -> Terms:
    """Return on which terms a saved plan is applied."""
    return Terms(
        made_at=saved.made_at,
        expires_at=saved.expires_at,
        key_ids=saved.key_ids,
        digests=saved.reviewed.digests,
        identities=saved.identities,
        reviewed_at=saved.made_at,
        relative_times=saved.relative_times,
        checksum=saved.checksum,
        max_deletes=max_deletes,
        skip_unknown=skip_unknown,
    )


def with_keys_of(saved: SavedPlan, sites: Mapping[str, Site]) -> dict[str, Site]:
    """Return the sites with the keys that a plan was written with.

    Raises StaleError when one of them is not among today's.
    """
    return {name: site.with_key(saved.key_ids[name]) for name, site in sites.items()}


def check_scope(saved: SavedPlan, session: Session, sites: Mapping[str, Site]) -> None:
    """Raise StaleError when other things are declared today than a plan was made from."""
    declarations = session.declarations
    keys = {name: site.keys[0] for name, site in sites.items()}
    accounts = accounts_in_scope(declarations)
    if scope_digest(accounts, declarations.absences, keys) != saved.header["scope"]:
        raise StaleError(
            "The plan is of other manifests",
            detail="The accounts, absences or protections declared now are not those "
            "it was made from.",
            hint=_AGAIN,
        )


def words_of(one: Identity) -> str:
    """Return an account as people read it."""
    return f"{one.name}: {one.system}, tenant {one.tenant}, {one.host}"


def check_unspent(checksum: str, memory: Memory) -> None:
    """Raise StaleError when a plan was applied to its end before."""
    if (at := memory.applied_at(checksum)) is not None:
        raise StaleError("The plan was applied before", detail=f"at {stamp(at)}", hint=_AGAIN)


def asking(*, auto_approve: bool) -> Callable[[int], Awaitable[bool]]:
    """Return what asks for approval of so many deletions."""

    async def ask(deletions: int) -> bool:
        if auto_approve:
            return True
        sys.stderr.write(
            f"\n{several(deletions, 'target')} will be deleted. This cannot be undone.\n"
            "Type the number of deletions to approve them: "
        )
        sys.stderr.flush()
        answer = await _line()
        return answer.strip() == str(deletions)

    return ask


async def _line() -> str:
    """Read one line without keeping signals and leases from being served."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Future[str] = loop.create_future()

    def take() -> None:
        if not arrived.done():
            arrived.set_result(sys.stdin.readline())

    loop.add_reader(sys.stdin.fileno(), take)
    try:
        return await arrived
    finally:
        loop.remove_reader(sys.stdin.fileno())
