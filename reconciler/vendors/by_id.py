"""Reading by id: each target asked for on its own, absence told apart from every other answer."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.application.pool import each
from reconciler.application.ports import Progress, UnreadableError
from reconciler.domain.live import Absent, Evidence, LiveTable, Present, Unknown

AT_ONCE = 32
_PATIENCE = 20
"""So many targets without a usable answer in a row, and no further one is asked."""


@dataclass(frozen=True, slots=True)
class Gone:
    """An answer that is a spelling of "there is no such target"."""

    spelling: str


@dataclass(frozen=True, slots=True)
class Odd:
    """An answer that is neither a target nor a known spelling of its absence."""

    said: str


Meaning: TypeAlias = Present | Gone | Odd
Ask: TypeAlias = Callable[[str], Awaitable[Meaning]]
"""Asks for one target; raises UnreadableError when there is no usable answer."""


@dataclass(frozen=True, slots=True)
class Control:
    """What an answer of "gone" is worth, learned from an id that surely does not exist."""

    gone: str
    """How the account spells it; empty while no answer proves absence."""
    doubt: str = ""
    """Why none does."""
    unread: str = ""
    """The cause, where no usable answer came, so that another time one may."""


@dataclass(frozen=True, slots=True)
class ById:
    """Asks for targets one by one and marks what each answer proves."""

    ask: Ask
    control: Control
    progress: Progress

    async def read(
        self, table: LiveTable, positions: Iterable[int], *, revise: bool = False
    ) -> None:
        """Ask for the targets at ``positions``.

        With ``revise`` an answer counts more than what was marked before.
        """
        failures = 0

        async def read_one(position: int) -> None:
            nonlocal failures
            self.progress.advance()
            if failures >= _PATIENCE:
                table.mark(position, _NOT_ASKED)
                return
            try:
                state = judge(await self.ask(table.ids[position]), self.control)
            except UnreadableError as error:
                failures += 1
                state = Unknown(str(error))
            else:
                failures = 0
            if revise and not isinstance(state, Unknown):
                table.revise(position, state)
            else:
                table.mark(position, state)

        await each(positions, read_one, at_once=AT_ONCE)


def judge(meaning: Meaning, control: Control) -> Present | Absent | Unknown:
    """Return the state that an answer proves, given how the account spells "gone"."""
    match meaning:
        case Present():
            return meaning
        case Odd(said=said):
            return Unknown(f"an answer that proves nothing: {said}")
        case Gone() if not control.gone:
            return Unknown(control.doubt)
        case Gone(spelling=spelling) if spelling == control.gone:
            return Absent(Evidence("id", spelling))
        case Gone(spelling=spelling):
            return Unknown(f"answered {spelling}, but an unknown id is answered {control.gone}")


def leave(table: LiveTable, cause: str) -> None:
    """Say why what is unknown in a table was not read."""
    for position in table.positions_of(Unknown):
        table.mark(position, Unknown(cause))


_NOT_ASKED = Unknown("not asked: too many reads in a row had no usable answer")
