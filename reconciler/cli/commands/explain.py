"""``reconciler explain``."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from reconciler.cli.inspecting.explaining import (
    explanation,
    sends_identifiers,
    undeclared,
    undeclared_id,
    with_fate,
)
from reconciler.cli.inspecting.finding import account_of
from reconciler.cli.inspecting.probing import Target, expired_places, of_container, only
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Command, Options, common_options, manifests_argument
from reconciler.cli.planning.reading import read_live
from reconciler.cli.session import Session, open_session
from reconciler.domain.absences import Absences, Declarations
from reconciler.domain.accounts import Container, System
from reconciler.domain.document import Fields
from reconciler.domain.masking import without_numbers
from reconciler.domain.plan import Action
from reconciler.errors import ExitCode, UsageError
from reconciler.manifests.load import load
from reconciler.manifests.retiring.retirement import BEFORE_ALL
from reconciler.views.machine import explain_json
from reconciler.views.text.explain import explain_text

_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = r"[a-z0-9-]{1,63}"
_TASK = re.compile(rf"leadsquared/({_NAME})/task/({_GUID})", re.IGNORECASE)
_RECORD = re.compile(rf"talkdesk/({_NAME})/({_GUID})/record/({_GUID})", re.IGNORECASE)
_BARE = re.compile(_GUID, re.IGNORECASE)
_ENTRY = re.compile(r"(?:leadsquared/[^/]+|talkdesk/[^/]+/[^/]+)/(?:declared|where)/.+:[0-9]+")
"""What a plan calls an entry that selects nothing, or that could not be read."""


@click.command(cls=Command)
@click.argument("target", metavar="TARGET")
@manifests_argument
@common_options
def explain(options: Options, target: str, manifests: Path) -> int:
    """Say why TARGET gets its action, and what would change it; reads its row alone.

    TARGET is an address, leadsquared/ACCOUNT/task/ID or talkdesk/ACCOUNT/LIST/record/ID, or the id
    alone of something that is declared.
    """
    wanted = _parsed(target)
    configure_logs(options)
    session = open_session(options, manifests)
    if isinstance(wanted, str):
        found = _by_id(session.declarations, wanted)
    else:
        found = wanted
        account_of(session.declarations, found.container.system, found.container.account)
    fields, warnings = _explained(session, found) if found else (undeclared_id(target), ())
    if not fields["action"]:
        warnings = [*warnings, *_expired(session, fields["id"], found)]
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
    if _ENTRY.fullmatch(target):
        raise UsageError(
            "This is an entry of a manifest, not a task or record",
            detail=target,
            hint="`reconciler plan` says what becomes of it. Give the address of a target.",
        )
    raise UsageError(
        "This is neither an address nor an id",
        # A phone number was typed by its owner's clerk, and read by whoever reads the log.
        detail=without_numbers(target),
        hint="Write leadsquared/ACCOUNT/task/ID or talkdesk/ACCOUNT/LIST/record/ID.",
    )


def _by_id(declarations: Declarations, target_id: str) -> Target | None:
    """Return the only target with an id that may be declared; None if none is.

    Raises UsageError where it may be a target of several containers.
    """
    targets = [Target(one.container, target_id) for one in declarations.absences]
    of_target = dict(zip(targets, declarations.absences, strict=True))
    listed = [one for one in targets if of_target[one].position(target_id) is not None]
    candidates = listed or [one for one in targets if of_target[one].selects]
    if len(candidates) > 1:
        raise UsageError(
            "Several containers may have a target of this id",
            detail="\n".join(one.address for one in candidates),
            hint="Give its address: one of these.",
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
    fields = explanation(target, absences, reading)
    if fields["action"] == Action.DELETE and sends_identifiers(absences):
        # Its fate is that of everything its identifiers select, so all of that is read.
        whole = replace(asked, absences=(absences,))
        plan = read_live(replace(session, declarations=whole))
        (mine,) = plan.accounts
        fields = with_fate(fields, target, mine.sections[0])
    return fields, (*plan.warnings, *mine.warnings)


def _concerns(absences: Absences, target: Target) -> bool:
    """Whether anything declared in the container could select the target."""
    return absences.selects or absences.position(target.target_id) is not None


def _expired(session: Session, target_id: str, target: Target | None) -> Iterator[str]:
    """Yield where manifests list it that count no longer: that is why nothing declares it."""
    everything = load(session.folder, now=BEFORE_ALL)
    container = target.container if target else None
    return expired_places(everything, target_id, container, session.now.date())
