"""What others take for the same: plans of as many deletions, by octoDNS and terraform."""

import json
import shutil
import subprocess
from pathlib import Path

from tests.bench.measuring import command_seconds

OCTODNS = Path(".venv/octodns/bin/octodns-sync")
"""Where ``make bench`` puts it; in an environment of its own, so that no pin of it binds us."""

TERRAFORM_RECORDED = 233.0
"""Seconds that terraform took to plan 10,000 deletions on a two-core machine."""


def octodns(folder: Path, count: int, *, runs: int) -> float | None:
    """Return the seconds of a plan that deletes so many records, from YAML to YAML.

    None where it is not installed.
    """
    if not OCTODNS.exists():
        return None
    for name in ("wanted", "live"):
        (folder / name).mkdir(parents=True)
    kept = "---\nkept:\n  ttl: 300\n  type: A\n  values:\n  - 192.0.2.1\n"
    (folder / "wanted/example.com.yaml").write_text(kept, encoding="utf-8")
    with (folder / "live/example.com.yaml").open("w", encoding="utf-8") as file:
        file.write(kept)
        file.writelines(
            f"r{n:07}:\n  ttl: 300\n  type: A\n  values:\n  - 192.0.2.{n % 250}\n"
            for n in range(count)
        )
    (folder / "config.yaml").write_text(_OCTODNS_CONFIG, encoding="utf-8")
    # Without --doit it only plans; --force lets it show a plan that it finds too large.
    command = [str(OCTODNS.absolute()), "--config-file", "config.yaml", "--force"]
    return command_seconds(command, runs=runs, cwd=folder)


_OCTODNS_CONFIG = """providers:
  wanted: {class: octodns.provider.yaml.YamlProvider, directory: wanted, enforce_order: false}
  live: {class: octodns.provider.yaml.YamlProvider, directory: live, enforce_order: false}
zones:
  example.com.: {sources: [wanted], targets: [live]}
"""


def terraform(folder: Path, count: int) -> float | None:
    """Return the seconds of a plan that destroys so many instances of one resource.

    None where it is not on the PATH. Once only: it takes minutes.
    """
    program = shutil.which("terraform")
    if program is None:
        return None
    folder.mkdir()
    resource = 'resource "terraform_data" "absent" { count = 0 }\n'
    (folder / "main.tf").write_text(resource, encoding="utf-8")
    (folder / "terraform.tfstate").write_text(json.dumps(_state(count)), encoding="utf-8")
    subprocess.run([program, "init", "-input=false"], cwd=folder, check=True, capture_output=True)
    command = [program, "plan", "-input=false", "-no-color"]
    return command_seconds(command, runs=1, cwd=folder)


def _state(count: int) -> dict[str, object]:
    nothing = {"input": None, "output": None, "triggers_replace": None}
    return {
        "version": 4,
        "serial": 1,
        "lineage": "00000000-0000-0000-0000-000000000000",
        "outputs": {},
        "resources": [
            {
                "mode": "managed",
                "type": "terraform_data",
                "name": "absent",
                "each": "list",
                "provider": 'provider["terraform.io/builtin/terraform"]',
                "instances": [
                    {
                        "schema_version": 0,
                        "index_key": n,
                        "attributes": {"id": f"id-{n}", **nothing},
                        "sensitive_attributes": [],
                    }
                    for n in range(count)
                ],
            }
        ],
    }
