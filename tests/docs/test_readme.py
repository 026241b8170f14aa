"""What the README shows was printed by the program."""

import re
from datetime import UTC, datetime
from pathlib import Path

from click import Context

from reconciler.cli.main import cli
from reconciler.domain.document import document
from reconciler.manifests.load import load
from reconciler.planfile.read import read_plan
from reconciler.planfile.write import write_plan
from reconciler.views.text.apply import apply_text
from reconciler.views.text.lines import render
from reconciler.views.text.plan import plan_text
from tests.simulation import a_world

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _example(name: str) -> str:
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found, name
    return found[1]


def test_the_plan_and_the_apply_of_the_readme_come_from_a_run(tmp_path: Path) -> None:
    manifests = tmp_path / "manifests"
    manifests.mkdir()
    account = (ROOT / "manifests/governance/acme-crm.yaml").read_text(encoding="utf-8")
    (manifests / "acme-crm.yaml").write_text(account, encoding="utf-8")
    (manifests / "crm.yaml").write_text(_example("manifest"), encoding="utf-8")
    declarations = load(manifests, now=datetime(2026, 11, 22, tzinfo=UTC))
    with a_world(tmp_path) as world:
        made = document(world.plan(declarations))
        approve = "reconciler apply --plan plan.jsonl"
        plan = "".join(render(plan_text(made, full=False, approve=approve), color=False))
        write_plan(made, tmp_path / "plan.jsonl")
        applied = world.apply(declarations, saved=read_plan(tmp_path / "plan.jsonl"))
        audit_file = ".reconciler/audit/RUN_ID.jsonl"
        apply = "".join(render(apply_text(applied, audit_file=audit_file, full=False), color=False))
    assert plan.replace(str(manifests), "manifests") == _example("plan")
    assert apply == _example("apply")


def test_the_readme_links_to_pages_that_exist() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_command_is_named_on_the_commands_page() -> None:
    page = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    names = cli.list_commands(Context(cli))
    assert [
        name for name in names if f"`reconciler {name}" not in page and f"`{name}" not in page
    ] == []
