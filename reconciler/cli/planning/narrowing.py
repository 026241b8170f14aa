"""Narrowing: the options --target and --exclude, and what they make of a session."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import click

from reconciler.cli.session import Session
from reconciler.domain.narrowing.matching import check_declared
from reconciler.domain.narrowing.scope import narrow
from reconciler.domain.narrowing.selectors import Targeting

_OPTIONS = (
    click.option(
        "--target",
        "targets",
        multiple=True,
        metavar="SELECTOR",
        help="Only this: account/NAME, AbsentTasks/NAME, AbsentRecords/NAME, an address, or the "
        "beginning of one up to a /. May be repeated.",
    ),
    click.option(
        "--exclude",
        "excludes",
        multiple=True,
        metavar="SELECTOR",
        help="Not this, whatever targets it. May be repeated.",
    ),
)


def narrowing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command both options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def narrowed(session: Session, targeting: Targeting) -> Session:
    """Return a session that is about no more than what was asked for.

    Raises UsageError for selectors that nothing declared can match.
    """
    check_declared(session.declarations, targeting)
    return narrowed_as_planned(session, targeting)


def narrowed_as_planned(session: Session, targeting: Targeting) -> Session:
    """Return a session narrowed like a plan that was reviewed; what is gone by now matches none."""
    return replace(session, declarations=narrow(session.declarations, targeting))


def words_of(targeting: Targeting) -> Iterator[str]:
    """Yield the words of a command line that narrow in this way."""
    for option, selector in targeting.options():
        yield from (option, selector.text)
