"""``reconciler explain``."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from reconciler.cli.explaining import explanation, undeclared, undeclared_id
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Command, Options, common_options, manifests_argument
from reconciler.cli.probing import Target, of_container, only, position_of
from reconciler.cli.reading import read_live
from reconciler.cli.session import Session, open_session
from reconciler.domain.absences import Absences, Declarations
from reconciler.domain.accounts import Container, System
from reconciler.domain.document import Fields
from reconciler.domain.plan import Action
from reconciler.errors import ExitCode, UsageError
from reconciler.views.explain_text import explain_text
from reconciler.views.machine import explain_json

_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = r"[a-z0-9-]{1,63}"
_TASK = re.compile(rf"leadsquared/({_NAME})/task/({_GUID})", re.IGNORECASE)
_RECORD = re.compile(rf"talkdesk/({_NAME})/({_GUID})/record/({_GUID})", re.IGNORECASE)
_BARE = re.compile(_GUID, re.IGNORECASE)


@click.command(cls=Command)
@click.argument("target", metavar="TARGET")
@manifests_argument
@common_options
def explain(options: Options, target: str, manifests: Path) -> int:
    """Say why TARGET, an address or the id of a declared target, gets its action."""
    wanted = _parsed(target)
    configure_logs(options)
    session = open_session(options, manifests)
    found = _by_id(session.declarations, wanted) if isinstance(wanted, str) else wanted
    fields, warnings = _explained(session, found) if found else (undeclared_id(target), ())
    unknown = fields["action"] == Action.UNKNOWN
    code = ExitCode.INCOMPLETE if unknown else ExitCode.DONE
    if options.front.format == "json":
        options.front.put([explain_json(fields, warnings, code) + "\n"])
    else:
        options.front.put_lines(explain_text(fields, warnings))
    return code


def _parsed(target: str) -> Target | str:
    """Return the target of an address, or an id as it is; raises UsageError for anything else."""
    if found := _TASK.fullmatch(target):
        return Target(Container(System.LEADSQUARED, found[1]), found[2].lower())
    if found := _RECORD.fullmatch(target):
        container = Container(System.TALKDESK, found[1], found[2].lower())
        return Target(container, found[3].lower())
    if _BARE.fullmatch(target):
        return target.lower()
    raise UsageError(
        "This is neither an address nor an id",
        detail=target,
        hint="Write leadsquared/ACCOUNT/task/ID or talkdesk/ACCOUNT/LIST/record/ID.",
    )


def _by_id(declarations: Declarations, target_id: str) -> Target | None:
    """Return the only target with an id that may be declared; None if none is.

    Raises UsageError where it may be a target of several containers.
    """
    targets = [Target(one.container, target_id) for one in declarations.absences]
    of_target = dict(zip(targets, declarations.absences, strict=True))
    listed = [one for one in targets if position_of(one, of_target[one]) is not None]
    candidates = listed or [one for one in targets if of_target[one].selects]
    if len(candidates) > 1:
        raise UsageError(
            "Several containers may have a target of this id",
            detail="\n".join(one.address for one in candidates),
            hint="Give its address.",
        )
    return candidates[0] if candidates else None


def _explained(session: Session, target: Target) -> tuple[Fields, Sequence[str]]:
    declarations = session.declarations
    absences = of_container(declarations, target.container)
    if absences is None or not _concerns(absences, target):
        return undeclared(target), ()
    account = declarations.accounts[target.container.account]
    asked = replace(
        declarations,
        accounts={account.name: account},
        absences=(only(target),),
        warnings=(),
    )
    plan = read_live(replace(session, declarations=asked))
    (mine,) = plan.accounts
    reading = mine.sections[0].reading
    return explanation(target, absences, reading), (*plan.warnings, *mine.warnings)


def _concerns(absences: Absences, target: Target) -> bool:
    """Whether anything declared in the container could select the target."""
    return absences.selects or position_of(target, absences) is not None
