"""The first manifests that ``init`` writes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from reconciler.domain.accounts import System
from reconciler.domain.guarding.policies import Caps
from reconciler.domain.guarding.spelling import KEYS, spelled

IGNORED = (".reconciler/", "plan.jsonl", "*.plan.jsonl")
"""What the program leaves behind and what must not be committed: state, and saved plans."""

GOVERNANCE = "governance"
"""The folder, in that of the manifests, for what says who may delete what."""

PLACEHOLDERS: Mapping[str, str] = {
    System.LEADSQUARED: "REPLACEME",
    System.TALKDESK: "replace-me",
}
"""What stands for a tenant that is not known yet, by system."""
NO_LIST = "00000000-0000-0000-0000-000000000000"
"""What stands for a record list that is not known yet."""
_KEYS = {
    System.LEADSQUARED: ("ACCESS_KEY", "SECRET_KEY"),
    System.TALKDESK: ("CLIENT_ID", "CLIENT_SECRET"),
}
_MEANING = {
    "max_deletes": "per run and account; 0 means none",
    "max_delete_percent": "of what a record list holds; not judged for up to 10 deletions",
    "max_deletes_per_day": "per account in any 24 hours, by all runs that share a ledger",
    "allow_emptying": "deleting all that a record list holds",
    "allow_declared": "sending phone numbers and external ids themselves (deleteBy: declared)",
    "require_ticket": "every manifest that deletes something needs a ticket",
    "require_plan": "only a reviewed plan may be applied (apply --plan)",
    "plan_ttl": "up to this age a reviewed plan may be applied",
    "cool_off": "from this age on a reviewed plan may be applied",
    "windows": "when batches may be sent; [] for at any time",
    "returned": "hold or delete: a newer record behind an identifier that was proven gone",
    "canary": "sizes of the first batches, each proven before the next; [] for none",
    "max_failure_percent": "of what was attempted; judged after 100 attempts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What the first tree is to be about."""

    folder: str
    system: System
    account: str
    region: str
    regions: tuple[str, ...]
    tenant: str
    """Empty where it is not known yet."""
    schema: str
    """The path of the JSON Schema, relative to the working folder; empty for none."""

    @property
    def account_file(self) -> str:
        """The path of the account's manifest in the manifests folder."""
        return f"{GOVERNANCE}/accounts/{self.account}.yaml"

    @property
    def example_file(self) -> str:
        """The path of the first absences in the manifests folder."""
        return f"{self.account}/example.yaml"

    @property
    def variables(self) -> tuple[str, str]:
        """The environment variables of the account's two secrets."""
        stem = f"RECONCILER_{self.account.upper().replace('-', '_')}"
        first, second = _KEYS[self.system]
        return f"{stem}_{first}", f"{stem}_{second}"


def manifests(start: Start) -> dict[str, str]:
    """Return the files of the manifests folder by their paths in it."""
    return {
        start.account_file: _account(start),
        f"{GOVERNANCE}/policy.yaml": _policy(start),
        start.example_file: _example(start),
    }


def _head(start: Start, depth: int) -> str:
    """Return the line by which editors know the schema of a file so many folders deep."""
    if not start.schema:
        return ""
    up = "../" * (depth + len([part for part in start.folder.split("/") if part not in ("", ".")]))
    return f"# yaml-language-server: $schema={up}{start.schema}\n"


def _account(start: Start) -> str:
    tenant = start.tenant or PLACEHOLDERS[start.system]
    leadsquared = start.system is System.LEADSQUARED
    which = "the OrgShortCode or the OrgId" if leadsquared else "the account name, its token host"
    placeholder = (
        "" if start.tenant else f"# Replace {tenant}: it is a placeholder for the tenant.\n"
    )
    return (
        _head(start, 2)
        + f"""\
# An account that things are made absent in. Its keys come from the environment:
# {" and ".join(start.variables)}.
#
# tenant is {which}.
# `plan` and `apply` refuse an account of another tenant.
{placeholder}apiVersion: reconciler/v1
kind: Account
metadata:
  name: {start.account}
spec:
  system: {start.system}
  region: {start.region}  # one of {", ".join(start.regions)}
  tenant: "{tenant}"
"""
    )


def _policy(start: Start) -> str:
    defaults, names = Caps(), [one.name for one in fields(Caps)]
    lines = [f"{KEYS[name]}: {spelled(name, getattr(defaults, name))}" for name in names]
    width = max(map(len, lines))
    meanings = [_MEANING[name] for name in names]
    spec = "\n".join(
        f"  {line:<{width}}  # {meaning}" for line, meaning in zip(lines, meanings, strict=True)
    )
    return (
        _head(start, 1)
        + f"""\
# What no plan may exceed. These are the defaults, written out so that a change is reviewed.
# `accounts: [NAME]` in `spec` confines a policy; it then beats one without, field by field.
apiVersion: reconciler/v1
kind: Policy
metadata:
  name: default
spec:
{spec}
"""
    )


def _example(start: Start) -> str:
    return (
        _head(start, 1)
        + f"""\
# What must not exist. `reconciler plan` shows what that would delete, and deletes nothing;
# `reconciler apply` deletes it. Taking an entry out again deletes nothing and restores nothing.
# `reconciler find` prints a manifest like this one of what matches now.
apiVersion: reconciler/v1
kind: {"AbsentTasks" if start.system is System.LEADSQUARED else "AbsentRecords"}
metadata:
  name: example
  owner: nobody-yet  # who answers for it
  reason: An example without any entry
spec:
  account: {start.account}
{"".join(_entries(start))}"""
    )


def _entries(start: Start) -> Iterator[str]:
    if start.system is System.LEADSQUARED:
        yield "  # A list of ids, such as `- 0017abfa-c100-11e5-9340-06c7eb5c8385`.\n"
        yield "  tasks: []\n"
        return
    yield "  # Replace this placeholder by the id of the record list.\n"
    yield f'  recordList: "{NO_LIST}"\n'
    yield "  # A list of records, such as `- id: 8858c834-481d-4a02-8176-cffc02c50350`.\n"
    yield "  records: []\n"
