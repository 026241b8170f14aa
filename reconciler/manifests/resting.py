"""Resting: a policy must leave a time in which a reviewed plan may be applied."""

from collections.abc import Sequence
from typing import TypeAlias

from reconciler.domain.guarding.policies import Caps
from reconciler.domain.guarding.spelling import spelled_duration
from reconciler.manifests.documents import Document
from reconciler.manifests.shapes.documents import PolicyDocument
from reconciler.manifests.shapes.policies import PolicySpec

_Ranked: TypeAlias = Sequence[tuple[Document, PolicySpec]]
"""Policies of one account; of those that set a field the last counts."""


def check_resting(documents: Sequence[Document]) -> None:
    """Report every `coolOff` during which plans of some account expire."""
    policies = [(one, one.shape.spec) for one in documents if isinstance(one.shape, PolicyDocument)]
    reported: set[str] = set()
    for account in sorted(one.name for one in documents if one.kind == "Account" and one.shape):
        ranked = [
            *(one for one in policies if not one[1].accounts),
            *(one for one in policies if account in (one[1].accounts or ())),
        ]
        resting = [(one, spec.cool_off) for one, spec in ranked if spec.cool_off is not None]
        document, seconds = resting[-1] if resting else (None, 0)
        ttl, said = _plan_ttl(ranked)
        if document and seconds >= ttl and document.place not in reported:
            reported.add(document.place)
            message = f"No plan of `{account}` could be applied: `planTtl` ends first ({said})."
            document.report(("spec", "coolOff"), message, "Make it less than `planTtl`.")


def _plan_ttl(ranked: _Ranked) -> tuple[int, str]:
    """Return how long plans may be applied, and in words by what."""
    setting = [(one, spec.plan_ttl) for one, spec in ranked if spec.plan_ttl is not None]
    if not setting:
        ttl = Caps().plan_ttl
        return ttl, f"{spelled_duration(ttl)}, the default"
    document, ttl = setting[-1]
    place = document.findings.place(document.find("spec", "planTtl") or document.node)
    return ttl, f"{spelled_duration(ttl)}, {place}"
