"""Windows, from documents to the values of the domain."""

from collections.abc import Sequence
from datetime import time

from reconciler.domain.guarding.windows import DAYS, Window
from reconciler.manifests.findings import Findings
from reconciler.manifests.shapes.windows import WindowSpec
from reconciler.manifests.syntax.nodes import Items, Node, Scalar, find


def check_windows(node: Node | None, findings: Findings) -> None:
    """Report every day that stands twice in one of a list of windows."""
    for window in node.nodes if isinstance(node, Items) else ():
        days = find(window, "days")
        seen: set[str] = set()
        for day in days.nodes if isinstance(days, Items) else ():
            if not isinstance(day, Scalar) or day.value not in DAYS:
                continue
            if day.value in seen:
                hint = "Name each day once."
                findings.at(day, f"`{day.value}` stands here twice.", hint)
            seen.add(day.value)


def windows_of(specs: Sequence[WindowSpec]) -> tuple[Window, ...]:
    """Return windows, their days in the order of the week."""
    return tuple(
        Window(
            days=tuple(sorted(one.days, key=DAYS.index)),
            begins=time.fromisoformat(one.begins),
            ends=time.fromisoformat(one.ends),
            timezone=one.timezone,
        )
        for one in specs
    )
