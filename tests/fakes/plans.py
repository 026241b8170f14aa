"""Builders of plans and their parts; what a test does not name does not matter to it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from reconciler.application.assembling import Circumstances, assemble
from reconciler.application.planning import Survey
from reconciler.domain.absences import Absences, Declarations, Manifest
from reconciler.domain.accounts import Account, Container, System
from reconciler.domain.approval import Reviewed
from reconciler.domain.columns import Listed, columns
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.guarding.policies import Policy
from reconciler.domain.live import Absent, Evidence, LiveState, LiveTable, Present, Unknown
from reconciler.domain.plan import Origin, Plan, Reading, Section
from reconciler.domain.planner import decide
from tests.simulation import an_account, declare

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TASKS = Container(System.LEADSQUARED, "acme-crm")
RECORDS = Container(System.TALKDESK, "acme-dialer", "list-1")
KEY = FingerprintKey("key", b"secret")
ABSENT = Absent(Evidence("id", "200 []"))
UNKNOWN = Unknown("503")


def an_id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def present(mark: str = "a", **shown: str) -> Present:
    return Present(f"f1:key:{mark}", shown, Evidence("id", "200 with the task"))


def a_manifest(name: str = "m0", **fields: str) -> Manifest:
    values = {"kind": "AbsentTasks", "owner": "ops", "reason": "test", "ticket": "T-1", **fields}
    return Manifest(name=name, file=f"manifests/{name}.yaml", line=1, **values)  # type: ignore[arg-type]  # fields by name


def absences_of(ids: Sequence[str], container: Container = TASKS) -> Absences:
    manifests = [a_manifest()]
    listed = Listed(container, 0, list(ids), list(range(10, 10 + len(ids))))
    return columns([listed], manifests)[0]


def a_reading(
    absences: Absences,
    states: Mapping[str, LiveState],
    population: int | None = None,
    *,
    listed_whole: bool = False,
) -> Reading:
    table = LiveTable(absences.container, absences.ids)
    for target_id, state in states.items():
        position = table.position(target_id)
        assert position is not None
        table.mark(position, state)
    return Reading(table=table, way="by id", population=population, listed_whole=listed_whole)


def a_section(
    states: Mapping[str, LiveState],
    container: Container = TASKS,
    population: int | None = None,
) -> Section:
    absences = absences_of(list(states), container)
    return decide(absences, a_reading(absences, states, population))


def a_plan(
    states: Mapping[Container, Mapping[str, LiveState]],
    *,
    accounts: Sequence[Account] = (),
    policies: Sequence[Policy] = (),
    populations: Mapping[Container, int] | None = None,
    reviewed: Reviewed | None = None,
    max_deletes: int | None = None,
) -> Plan:
    """Plan over these live states, as the use case does."""
    declarations = declare({one: list(ids) for one, ids in states.items()}, accounts, policies)
    surveys = [
        a_survey(account, declarations, states, populations or {})
        for account in sorted(declarations.accounts.values(), key=lambda one: one.name)
    ]
    return assemble(declarations, surveys, circumstances(declarations, max_deletes), reviewed)


def circumstances(declarations: Declarations, max_deletes: int | None = None) -> Circumstances:
    return Circumstances(
        tool_version="1.0",
        now=NOW,
        origin=Origin(commit="c0ffee", ref="main"),
        hosts=dict.fromkeys(declarations.accounts, "sandbox"),
        keys=dict.fromkeys(declarations.accounts, KEY),
        max_deletes=max_deletes,
    )


def a_survey(
    account: Account,
    declarations: Declarations,
    states: Mapping[Container, Mapping[str, LiveState]],
    populations: Mapping[Container, int],
) -> Survey:
    readings = [
        (one, a_reading(one, states[one.container], populations.get(one.container)))
        for one in declarations.absences
        if one.container.account == account.name
    ]
    return Survey(account=account, tenant=account.tenant, calls=3, readings=readings, warnings=())


def crm(name: str = "", **limits: float) -> Account:
    return an_account(System.LEADSQUARED, name, **limits)  # type: ignore[arg-type]  # limits only


def dialer(name: str = "", **limits: float) -> Account:
    return an_account(System.TALKDESK, name, **limits)  # type: ignore[arg-type]  # limits only
