"""Accounts and policies, from valid documents to the values of the domain."""

from collections.abc import Iterator, Sequence

from reconciler.domain.accounts import Account, Limits, System
from reconciler.domain.guarding.policies import Policy, Returned
from reconciler.manifests.documents import Document
from reconciler.manifests.shapes.accounts import LeadSquaredSpec
from reconciler.manifests.shapes.documents import (
    AccountDocument,
    LeadSquaredAccount,
    PolicyDocument,
    TalkdeskAccount,
)
from reconciler.manifests.windows import windows_of


def accounts_of(documents: Sequence[Document]) -> dict[str, Account]:
    """Return the accounts by name, sorted."""
    found = [
        _account_of(one.shape)
        for one in documents
        if isinstance(one.shape, LeadSquaredAccount | TalkdeskAccount)
    ]
    return {one.name: one for one in sorted(found, key=lambda account: account.name)}


def sharing(documents: Sequence[Document]) -> Iterator[str]:
    """Yield a warning for every account that reaches what another one reaches too."""
    first: dict[tuple[str, str, str], Document] = {}
    for one in documents:
        if not isinstance(one.shape, LeadSquaredAccount | TalkdeskAccount):
            continue
        spec = one.shape.spec
        other = first.setdefault((spec.system, spec.region, spec.tenant), one)
        if other is not one:
            yield (
                f"{one.place}: Account/{one.name} is the same as Account/{other.name} "
                f"({other.place}); limits, guards and locks hold for each by itself."
            )


def _account_of(shape: AccountDocument) -> Account:
    spec, limits = shape.spec, shape.spec.limits
    delete_calls = limits.calls if limits.delete_calls is None else limits.delete_calls
    return Account(
        name=shape.metadata.name,
        system=System(spec.system),
        region=spec.region,
        tenant=spec.tenant,
        sees_all=isinstance(spec, LeadSquaredSpec) and spec.sees == "all",
        limits=Limits(
            calls=limits.calls,
            per=limits.per,
            delete_calls=delete_calls,
            batch=limits.batch,
            page=limits.page,
            daily=limits.daily,
            settle_within=limits.settle_within,
        ),
    )


def policies_of(documents: Sequence[Document]) -> tuple[Policy, ...]:
    """Return the policies, sorted by name."""
    found = [
        _policy_of(one.shape, one.place)
        for one in documents
        if isinstance(one.shape, PolicyDocument)
    ]
    return tuple(sorted(found, key=lambda policy: policy.name))


def _policy_of(shape: PolicyDocument, place: str) -> Policy:
    spec = shape.spec
    return Policy(
        name=shape.metadata.name,
        place=place,
        accounts=tuple(spec.accounts or ()),
        max_deletes=spec.max_deletes,
        max_delete_percent=spec.max_delete_percent,
        max_deletes_per_day=spec.max_deletes_per_day,
        allow_emptying=spec.allow_emptying,
        allow_declared=spec.allow_declared,
        require_ticket=spec.require_ticket,
        require_plan=spec.require_plan,
        plan_ttl=spec.plan_ttl,
        cool_off=spec.cool_off,
        windows=None if spec.windows is None else windows_of(spec.windows),
        returned=None if spec.returned is None else Returned(spec.returned),
        canary=None if spec.canary is None else tuple(spec.canary),
        max_failure_percent=spec.max_failure_percent,
    )
