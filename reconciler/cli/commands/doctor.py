"""``reconciler doctor``."""

from collections.abc import Sequence
from pathlib import Path

import click

from reconciler.cli.inspecting.examining import examine_all
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Command, Options, common_options
from reconciler.cli.session import Session, open_session
from reconciler.cli.starting.manifests import PLACEHOLDERS
from reconciler.domain.absences import Declarations
from reconciler.domain.accounts import Account
from reconciler.domain.checkup.checks import Check, first_failure, warned
from reconciler.errors import ExitCode, UsageError
from reconciler.manifests.heads import read_heads
from reconciler.manifests.nearest import nearest
from reconciler.manifests.values.scalars import is_name
from reconciler.views.text.doctor import doctor_json, doctor_text
from reconciler.views.wording import several

_FOLDER = Path("manifests")


@click.command(cls=Command)
@click.argument("account", required=False)
@click.argument("manifests", required=False, type=click.Path(path_type=Path))
@common_options
def doctor(options: Options, account: str | None, manifests: Path | None) -> ExitCode:
    """Examine ACCOUNT, or every account that MANIFESTS declare; deletes nothing.

    Says of each whether its credentials work, whose they are, what they may see, and what limits
    them; and of this machine whether a run could write what it must. A single folder that is no
    account is MANIFESTS. Exits with the code of the first check that fails.
    """
    name, folder = _meant(account, manifests)
    configure_logs(options)
    # Everything but the tenant is to be right: that one the account itself can tell.
    session = open_session(options, folder, tenants=PLACEHOLDERS)
    accounts = _selected(session.declarations, name)
    checks = [_manifests_check(session), *examine_all(session, accounts)]
    if options.front.format == "json":
        options.front.put([doctor_json(checks) + "\n"])
    else:
        options.front.put_lines(doctor_text(checks))
    return first_failure(checks)


def _meant(account: str | None, manifests: Path | None) -> tuple[str, Path]:
    """Return the account that is named, empty for all, and the folder."""
    if manifests is not None or account is None:
        return account or "", manifests or _FOLDER
    if not is_name(account):
        return "", Path(account)
    if Path(account).is_dir() and account not in _declared(_FOLDER):
        return "", Path(account)
    return account, _FOLDER


def _declared(folder: Path) -> set[str]:
    """Return the accounts that a folder declares, whatever else is wrong with it."""
    return {one.name for one in read_heads(folder) if one.kind == "Account"}


def _selected(declarations: Declarations, name: str) -> Sequence[Account]:
    accounts = declarations.accounts
    if name and name not in accounts:
        raise UsageError(
            "The manifests declare no account of that name",
            detail=name,
            hint=nearest(name, accounts, "Declared"),
        )
    return [accounts[name]] if name else list(accounts.values())


def _manifests_check(session: Session) -> Check:
    declarations = session.declarations
    absences = sum(len(one) + len(one.named) for one in declarations.absences)
    words = (
        f"{session.folder}: {several(len(declarations.accounts), 'account')}, "
        f"{several(absences, 'absence')} in {several(declarations.declaring, 'manifest')}"
    )
    if declarations.warnings:
        words += f", {several(len(declarations.warnings), 'warning')}"
        return warned("manifests", words, "`reconciler validate` shows what may be a mistake.")
    return Check(name="manifests", words=words)
