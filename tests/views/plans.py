"""Plans as the application makes them."""

from datetime import UTC, datetime

from reconciler.domain.absences import Declarations
from reconciler.domain.plan import Origin, Plan


def empty_plan() -> Plan:
    """Return a plan of nothing."""
    made = datetime(2026, 11, 22, 5, 14, 25, tzinfo=UTC)
    return Plan(
        tool_version="0.0.0",
        created_at=made,
        expires_at=made,
        origin=Origin(),
        declarations=Declarations(
            accounts={},
            policies=(),
            absences=(),
            manifests=(),
            warnings=(),
            tree_digest="sha256:1",
        ),
        scope="sha256:2",
        accounts=(),
        digest="sha256:0",
    )
