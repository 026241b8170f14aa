"""Planning: read what the accounts hold. It is given nothing that could delete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.application.pool import each
from reconciler.application.ports import OutOfCallsError, Reader, UnreadableError
from reconciler.domain.absences import Absences, Declarations, accounts_in_scope
from reconciler.domain.accounts import Account
from reconciler.domain.live import LiveTable, Unknown
from reconciler.domain.plan import Reading
from reconciler.errors import IdentityError


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """One account as it was read."""

    account: Account
    tenant: str
    calls: int
    readings: Sequence[tuple[Absences, Reading]]
    warnings: tuple[str, ...]
    remaining: int | None = None
    """Calls that the account's daily limit leaves; None without one."""
    identified: bool = True
    """The account said who it is."""


async def survey(declarations: Declarations, readers: Mapping[str, Reader]) -> tuple[Survey, ...]:
    """Read every account in scope, side by side.

    Raises IdentityError naming every account that is another one than declared.
    """
    surveys: dict[str, Survey] = {}
    strangers: list[IdentityError] = []

    async def read(account: Account) -> None:
        absences = [one for one in declarations.absences if one.container.account == account.name]
        try:
            surveys[account.name] = await _survey_one(account, absences, readers[account.name])
        except IdentityError as error:
            strangers.append(error)

    accounts = accounts_in_scope(declarations)
    await each(accounts, read, at_once=max(1, len(accounts)))
    if strangers:
        raise all_of(strangers)
    return tuple(surveys[account.name] for account in accounts)


def all_of(errors: Sequence[IdentityError]) -> IdentityError:
    """Return one error that names every account that refuses."""
    if len(errors) == 1:
        return errors[0]
    details = (f"{error.summary}: {error.detail}" for error in errors)
    return IdentityError("Several accounts refuse", detail="\n".join(details), hint=errors[0].hint)


async def _survey_one(account: Account, absences: Sequence[Absences], reader: Reader) -> Survey:
    try:
        identity = await reader.identify()
    except (UnreadableError, OutOfCallsError) as error:
        return _unread(account, absences, str(error), reader.calls)
    readings = [(one, await read_container(reader, one)) for one in absences]
    warnings = [*identity.warnings]
    for _, reading in readings:
        warnings += [warning for warning in reading.warnings if warning not in warnings]
    return Survey(
        account=account,
        tenant=identity.tenant,
        calls=reader.calls,
        remaining=reader.remaining,
        readings=readings,
        warnings=tuple(warnings),
    )


async def read_container(reader: Reader, absences: Absences) -> Reading:
    """Read one container; a quota that ends leaves the rest of it unknown."""
    try:
        return await reader.read(absences)
    except OutOfCallsError as error:
        return unread(absences, str(error))


def _unread(account: Account, absences: Sequence[Absences], cause: str, calls: int) -> Survey:
    return Survey(
        account=account,
        tenant=account.tenant,
        calls=calls,
        readings=[(one, unread(one, cause)) for one in absences],
        warnings=(f"{account.name} could not be read: {cause}",),
        identified=False,
    )


def unread(absences: Absences, cause: str) -> Reading:
    """Return the reading of a container that nothing could be read of."""
    table = LiveTable(absences.container, absences.ids)
    for position in range(len(table)):
        table.mark(position, Unknown(cause))
    return Reading(table=table, way="not read", population=None, unread=cause)
