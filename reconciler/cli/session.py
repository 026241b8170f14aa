"""A session: what the commands that touch accounts set up first, the same way each."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from reconciler import __version__
from reconciler.application.assembling import Circumstances
from reconciler.application.clock import SystemClock, utc
from reconciler.application.ports import Clock
from reconciler.application.recovering import Found
from reconciler.audit.place import AuditPlace
from reconciler.cli import logs
from reconciler.cli.options import Options
from reconciler.cli.origin import origin_of
from reconciler.cli.places import STATE, audit_folder, ledger_url
from reconciler.cli.settings import Settings, read_settings
from reconciler.cli.signing import signer_from
from reconciler.cli.sites import (
    SANDBOX_HOST,
    Site,
    compiled_in,
    host_of,
    real_sites,
    sandbox_sites,
)
from reconciler.domain.absences import Declarations, accounts_in_scope
from reconciler.domain.guarding.occasions import Occasion
from reconciler.domain.remembered import Remembered
from reconciler.domain.ways import Preference, cheapest
from reconciler.ledger.database import Database
from reconciler.ledger.remembering import remember
from reconciler.ledger.used_allowances import Claim
from reconciler.manifests.load import load
from reconciler.transport.http import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Manifests, settings and places of one run."""

    options: Options
    clock: Clock
    folder: Path
    declarations: Declarations
    settings: Settings
    prefer: Preference = cheapest
    """Says which way of reading somebody wants."""
    transport: Transport | None = None
    """What carries requests instead of sockets; None but in tests."""

    @property
    def hosts(self) -> dict[str, str]:
        """What stands for each account's address; known before any secret is."""
        return {
            account.name: SANDBOX_HOST
            if self.options.sandbox
            else host_of(account, self.settings.endpoint(account))
            for account in accounts_in_scope(self.declarations)
        }

    @property
    def ledger_url(self) -> str:
        """The ledger in force."""
        return ledger_url(self.options, self.settings)

    @property
    def audit_folder(self) -> Path:
        """The folder of the audit log in force."""
        return audit_folder(self.options, self.settings)

    @property
    def audit_place(self) -> AuditPlace:
        """Where this run's audit log goes, and what signs it."""
        return AuditPlace(self.audit_folder, signer_from(self.settings.get("SIGNING_KEY")))

    @property
    def now(self) -> datetime:
        """The time in UTC."""
        return utc(self.clock.time())

    def circumstances(
        self,
        sites: Mapping[str, Site],
        *,
        max_deletes: int | None = None,
        occasion: Occasion | None = None,
        remembered: Remembered | None = None,
        warnings: tuple[str, ...] = (),
    ) -> Circumstances:
        """Return what a plan is made in; without ``occasion`` one that is only looked at."""
        return Circumstances(
            tool_version=__version__,
            now=self.now,
            origin=origin_of(self.folder),
            hosts=self.hosts,
            keys={name: site.keys[0] for name, site in sites.items()},
            max_deletes=max_deletes,
            occasion=occasion,
            remembered=remembered or Remembered(),
            warnings=(*self._replaced_endpoints(), *warnings),
        )

    def remembered(
        self,
        database: Database,
        sites: Mapping[str, Site],
        claim: Claim | None = None,
        found: Sequence[Found] = (),
    ) -> Remembered:
        """Return what the ledger remembers of earlier runs; arguments as for ``remember``."""
        keys = {name: site.keys for name, site in sites.items()}
        return remember(database, self.declarations, keys, claim or Claim(), found)

    def _replaced_endpoints(self) -> tuple[str, ...]:
        if self.options.sandbox:
            return ()
        return tuple(
            f"{account.name} is reached at {self.settings.endpoint(account)}, from the "
            f"environment, instead of {compiled_in(account)}"
            for account in accounts_in_scope(self.declarations)
            if self.settings.endpoint(account)
        )

    def at_times_of(self, relative_times: Mapping[str, datetime]) -> "Session":
        """Return the session with relative times as a plan resolved them."""
        if not relative_times and not self.declarations.relative_times:
            return self
        declarations = load(self.folder, now=self.now, relative_times=relative_times)
        return replace(self, declarations=declarations)

    @contextmanager
    def sites(self) -> Iterator[dict[str, Site]]:
        """Give where the accounts in scope are reached, the sandbox serving as long as that."""
        accounts = accounts_in_scope(self.declarations)
        if not self.options.sandbox:
            yield real_sites(accounts, self.settings)
            return
        from reconciler.cli.embedded import CREDENTIALS, served  # noqa: PLC0415 - needs [serve]

        with served(STATE / "sandbox") as url:
            yield sandbox_sites(accounts, url, CREDENTIALS)


def open_session(
    options: Options,
    manifests: Path,
    *,
    now: datetime | None = None,
    tenants: Mapping[str, str] | None = None,
) -> Session:
    """Load manifests and settings; raises InvalidError for every problem in them.

    ``now`` is when relative times are counted from, for those who load others beside them;
    ``tenants`` are what ``load`` takes for those that are not declared.
    """
    clock = SystemClock()
    declarations = load(manifests, now=now or utc(clock.time()), tenants=tenants)
    settings = read_settings(declarations.accounts.values(), keyless=options.sandbox)
    logs.info(
        "manifests read",
        folder=str(manifests),
        absences=sum(len(one) for one in declarations.absences),
        ledger=ledger_url(options, settings),
        audit_dir=str(audit_folder(options, settings)),
    )
    return Session(
        options=options,
        clock=clock,
        folder=manifests,
        declarations=declarations,
        settings=settings,
    )
