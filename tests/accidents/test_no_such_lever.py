"""Cloudflare R2, February 2025: 59 minutes in which every request failed.

Whoever handled a report of abuse had a lever that switched off the whole product beside the one
that blocks a single bucket, and pulled it.

Here there is no lever: no command, option or key of a manifest means "all", "anyway" or "without
looking", and two commands delete. That recovery must not need what is gone holds by itself: ledger
and audit log are on our side.
"""

import json
import re
from collections.abc import Iterator

import click
import pytest

from reconciler.cli.main import cli
from reconciler.manifests.schema import schema_text
from tests.accidents.sources import places
from tests.functional.world import Inside

LEVERS = re.compile(
    r"(^|-)(all|any|anyway|bypass|confirm|disable|drop|everything|f|force|no|override|prune|purge"
    r"|reset|skip|truncate|unsafe|wipe|y|yes)(-|$)"
)
HARMLESS = {"expect-no-changes", "no-github", "skip-unknown"}
"""`skip-unknown` deletes what was seen alive, and leaves out what could not be read."""
OF_DELETING = {
    "apply": {"auto-approve", "exclude", "expect-digest", "max-deletes", "plan", "results"}
    | {"skip-unknown", "stop-after", "target"},
    "resume": {"settle-only"},
}
"""The options, besides those that every command has, of the commands that can delete."""
COMMON = {"audit-dir", "color", "format", "full", "ledger", "lock-timeout", "log-format", "output"}
COMMON |= {"q", "quiet", "sandbox", "show-sensitive", "v", "verbose"}


def commands(group: click.Group = cli, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every command of the tree with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield prefix + name, command
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")


def options(command: click.Command) -> set[str]:
    return {
        spelling.lstrip("-")
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for spelling in (*parameter.opts, *parameter.secondary_opts)
    }


def keys(schema: object) -> Iterator[str]:
    """Yield every key that a manifest may have, as words."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        for key in properties if isinstance(properties, dict) else ():
            yield re.sub(r"([A-Z])", lambda found: f"-{found[1].lower()}", key)
        for value in schema.values():
            yield from keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from keys(value)


def test_no_command_and_no_option_means_all_or_anyway() -> None:
    spellings = {
        (name, spelling)
        for name, command in commands()
        for spelling in (*name.split(), *options(command))
    }
    assert len(spellings) > 200
    levers = {spelling for _, spelling in spellings if LEVERS.search(spelling)}
    assert levers == HARMLESS


def test_no_key_of_a_manifest_means_all_or_anyway() -> None:
    known = set(keys(json.loads(schema_text(""))))
    assert {"max-deletes", "allow-emptying", "where"} <= known
    assert [one for one in sorted(known) if LEVERS.search(one)] == []


@pytest.mark.parametrize("name", sorted(OF_DELETING))
def test_a_command_that_can_delete_has_these_options_and_no_other(name: str) -> None:
    assert options(dict(commands())[name]) - COMMON == OF_DELETING[name]


def test_two_commands_can_delete() -> None:
    # Only what is given deleters can, and one place makes them.
    assert places(r"(?<!def )\bdeleting\(") == ["cli/runs/apply_run.py"]
    assert places(r"(?<!def )\bapply_held\(") == ["cli/runs/apply_run.py", "cli/runs/resume_run.py"]
    assert places(r"(?<!def )\bhold_and_apply\(") == ["cli/commands/apply.py"]
    assert places(r"(?<!def )\bhold_and_resume\(") == ["cli/commands/resume.py"]


@pytest.mark.parametrize("lever", ["--force", "--all", "--yes", "--no-guards", "--ignore-guards"])
def test_a_lever_that_somebody_reaches_for_is_wrong_usage(inside: Inside, lever: str) -> None:
    ran = inside.run("apply", "--auto-approve", lever)
    assert (ran.code, ran.out) == (64, "")
    assert inside.arrivals() == []
