"""From valid documents to the values of the domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reconciler.domain.absences import Listed, Manifest
from reconciler.domain.accounts import Account, Container, Limits, System
from reconciler.domain.guards import Policy
from reconciler.manifests import shapes
from reconciler.manifests.documents import Document
from reconciler.manifests.entries import read_entries
from reconciler.manifests.nodes import Items, deepest


def account_of(shape: shapes.LeadSquaredAccount | shapes.TalkdeskAccount) -> Account:
    """Return the account that a document declares."""
    spec, limits = shape.spec, shape.spec.limits
    delete_calls = limits.calls if limits.delete_calls is None else limits.delete_calls
    return Account(
        name=shape.metadata.name,
        system=System(spec.system),
        region=spec.region,
        tenant=spec.tenant,
        sees_all=isinstance(spec, shapes.LeadSquaredSpec) and spec.sees == "all",
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


def policy_of(shape: shapes.PolicyDocument, place: str) -> Policy:
    """Return the policy that a document declares."""
    spec = shape.spec
    return Policy(
        name=shape.metadata.name,
        place=place,
        accounts=tuple(spec.accounts or ()),
        max_deletes=spec.max_deletes,
        max_delete_percent=spec.max_delete_percent,
        allow_emptying=spec.allow_emptying,
    )


@dataclass(slots=True)
class Declared:
    """What the manifests of absences say, collected document by document."""

    today: date
    manifests: list[Manifest]
    listed: list[Listed]
    warnings: list[str]

    def add(self, document: Document) -> None:
        """Add one document of absences; read its ids also where the rest of it is wrong."""
        shape = document.shape
        key, noun = ("tasks", "task") if document.kind == "AbsentTasks" else ("records", "record")
        node = document.find("spec", key)
        nodes = node.nodes if isinstance(node, Items) else ()
        entries = read_entries(nodes, noun, document.findings)
        if not isinstance(shape, shapes.AbsentTasks | shapes.AbsentRecords):
            return
        manifest = _manifest_of(shape, document)
        self.manifests.append(manifest)
        if manifest.expires is not None and manifest.expires < self.today:
            self._warn(document, manifest, len(entries.ids))
        elif entries.ids:
            container = _container_of(shape)
            index = len(self.manifests) - 1
            self.listed.append(Listed(container, index, entries.ids, entries.lines, entries.notes))

    def _warn(self, document: Document, manifest: Manifest, count: int) -> None:
        place = document.findings.place(deepest(document.node, ("metadata", "expires")))
        what = "the absence in it is" if count == 1 else f"the {count:,} absences in it are"
        self.warnings.append(
            f"{place}: {manifest.address} expired on {manifest.expires}; "
            f"{what} neither read nor deleted."
        )


def _manifest_of(shape: shapes.AbsentTasks | shapes.AbsentRecords, document: Document) -> Manifest:
    metadata = shape.metadata
    return Manifest(
        kind=shape.kind,
        name=metadata.name,
        file=document.findings.file,
        line=document.node.line,
        owner=metadata.owner,
        reason=metadata.reason,
        ticket=metadata.ticket or "",
        purpose=metadata.purpose,
        expires=metadata.expires,
    )


def _container_of(shape: shapes.AbsentTasks | shapes.AbsentRecords) -> Container:
    if isinstance(shape, shapes.AbsentRecords):
        return Container(System.TALKDESK, shape.spec.account, shape.spec.record_list)
    return Container(System.LEADSQUARED, shape.spec.account)


def accounts_of(documents: Sequence[Document]) -> dict[str, Account]:
    """Return the accounts by name, sorted."""
    found = [
        account_of(one.shape)
        for one in documents
        if isinstance(one.shape, shapes.LeadSquaredAccount | shapes.TalkdeskAccount)
    ]
    return {one.name: one for one in sorted(found, key=lambda account: account.name)}


def policies_of(documents: Sequence[Document]) -> tuple[Policy, ...]:
    """Return the policies, sorted by name."""
    found = [
        policy_of(one.shape, one.place)
        for one in documents
        if isinstance(one.shape, shapes.PolicyDocument)
    ]
    return tuple(sorted(found, key=lambda policy: policy.name))
