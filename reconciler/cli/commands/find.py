"""``reconciler find``."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from reconciler.cli.inspecting.finding import (
    METADATA,
    account_of,
    answer_of,
    declarations_for,
    wish_of,
)
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Command, Options, common_options
from reconciler.cli.planning.narrowing import narrowing_options
from reconciler.cli.planning.reading import read_live
from reconciler.cli.session import open_session
from reconciler.domain.narrowing.found import find_scope
from reconciler.domain.narrowing.selectors import targeting_of
from reconciler.errors import ExitCode
from reconciler.manifests.finding.asking import Answer, conditions_on
from reconciler.manifests.finding.requests import read_request
from reconciler.manifests.finding.writing import absences_text
from reconciler.views.machine import find_json
from reconciler.views.text.find import Found, find_talk, find_trouble, remarks


@click.group()
def find() -> None:
    """Print a ready manifest of what matches now; deletes nothing."""


def _metadata_options(command: Callable[..., Any]) -> Callable[..., Any]:
    helps = {
        "name": "The name of the manifest that is printed.",
        "owner": "Who answers for that manifest.",
        "reason": "Why its targets must not exist.",
        "ticket": "Where it was decided; needed for the erasure of a person.",
        "purpose": "Its purpose; by default hygiene; gdpr_erasure with --ids-from and a ticket.",
    }
    for name in reversed(METADATA):
        command = click.option(f"--{name}", metavar="TEXT", help=helps[name])(command)
    return command


def _condition_options(noun: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command an option for every condition that manifests have."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for asked in reversed(conditions_on(noun)):
            # Manifests have an owner, and so have tasks.
            prefix = f"{noun}-" if asked.key in METADATA else ""
            command = click.option(
                f"--{prefix}{_kebab(asked.key)}",
                f"condition_{asked.key}",
                multiple=True,
                metavar="VALUE,..." if asked.several else "VALUE",
                # What follows is on how values are written in YAML, or the same for all times.
                help=re.split(r"[:;]", asked.description)[0].rstrip(".") + ".",
            )(command)
        return command

    return decorate


def _kebab(key: str) -> str:
    return re.sub(r"([A-Z])", r"-\1", key).lower()


_ids_from = click.option(
    "--ids-from",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Look for what this .txt, .csv or .ndjson file names; it need not be in git.",
)
_account = click.option("--account", required=True, metavar="NAME", help="The account to look in.")
_words = click.argument("words", nargs=-1, metavar="[CONDITION]... [MANIFESTS]")


@find.command(cls=Command, short_help="Print a manifest of tasks that match.")
@_words
@_account
@_ids_from
@_condition_options("task")
@_metadata_options
@narrowing_options
@common_options
def tasks(options: Options, words: tuple[str, ...], **given: Any) -> int:  # noqa: ANN401 - options by name
    """Print a manifest of the tasks that meet every CONDITION, or that a file names.

    A CONDITION is NAME=VALUE as in a manifest, status=completed type=Meeting,Call, or one of the
    options below. A time is 2026-03-01, 2026-03-01T08:00:00Z, "730d ago" or "in 30d". What a
    protection covers is left out.
    """
    return _find(options, "task", words, given)


@find.command(cls=Command, short_help="Print a manifest of records of one list that match.")
@_words
@_account
@click.option("--record-list", required=True, metavar="ID", help="The record list to look in.")
@_ids_from
@_condition_options("record")
@_metadata_options
@narrowing_options
@common_options
def records(options: Options, words: tuple[str, ...], **given: Any) -> int:  # noqa: ANN401 - options by name
    """Print a manifest of the records that meet every CONDITION, or that a file names.

    A CONDITION is NAME=VALUE as in a manifest, priority=1,2 phonePrefix=+351, or one of the
    options below. A time is 2026-03-01, 2026-03-01T08:00:00Z, "730d ago" or "in 30d". What a
    protection covers is left out.
    """
    return _find(options, "record", words, given)


def _find(options: Options, noun: str, words: Sequence[str], given: Mapping[str, Any]) -> int:
    wish, folder = wish_of(noun, words, given)
    targeting = targeting_of(given["targets"], given["excludes"])
    configure_logs(options)
    session = open_session(options, folder)
    account = account_of(session.declarations, wish.system, wish.account)
    answer, asides = answer_of(wish, session.declarations, session.now)
    entries = read_request(wish.ids_from, noun) if wish.ids_from else None
    wanted = declarations_for(session.declarations, account, answer, entries)
    scope, (asked,) = find_scope(session.declarations, answer.container, targeting), wanted.absences
    scope.check_asked(asked)
    wanted = replace(wanted, absences=(scope.to_read(asked),))
    plan = read_live(replace(session, declarations=wanted))
    (mine,) = plan.accounts
    (section,) = mine.sections
    scope.check_found(asked, section)
    found = Found(
        section=scope.narrowed(section),
        conditions=answer.conditions,
        at=plan.created_at,
        from_file=entries is not None,
        targeting=targeting,
        warnings=(*plan.warnings, *mine.warnings),
    )
    code = ExitCode.INCOMPLETE if found.unread else ExitCode.DONE
    _show(options, answer, asides, found, code)
    return code


def _show(
    options: Options, answer: Answer, asides: dict[str, str], found: Found, code: ExitCode
) -> None:
    if options.front.format == "json":
        options.front.put(find_json(found, code))
    else:
        lines = absences_text(
            answer.manifest,
            answer.container,
            found.ids,
            remarks=list(remarks(found)),
            asides=asides,
        )
        options.front.put(f"{line}\n" for line in lines)
    quiet = options.front.quiet
    options.front.say_lines(find_trouble(found) if quiet else find_talk(found, full=options.full))
