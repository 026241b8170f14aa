"""One document: its kind, its name, and its shape if it is valid."""

from dataclasses import dataclass

from reconciler.manifests import shapes
from reconciler.manifests.explain import explain
from reconciler.manifests.findings import Findings
from reconciler.manifests.nodes import Fields, Node, Refused, deepest, find, text_at

_SHAPES: dict[str, type[shapes.Document]] = {
    "Policy": shapes.PolicyDocument,
    "AbsentTasks": shapes.AbsentTasks,
    "AbsentRecords": shapes.AbsentRecords,
}
_ACCOUNTS: dict[str, type[shapes.Document]] = {
    "leadsquared": shapes.LeadSquaredAccount,
    "talkdesk": shapes.TalkdeskAccount,
}
_LISTS = {"AbsentTasks": "tasks", "AbsentRecords": "records"}
_PURPOSES_WITH_TICKET = frozenset({"gdpr_erasure", "ccpa_delete"})


@dataclass(frozen=True, slots=True)
class Document:
    """A document with its place; ``shape`` is None if it is not valid."""

    findings: Findings
    node: Fields
    shape: shapes.Document | None

    @property
    def kind(self) -> str:
        """The kind as written."""
        return text_at(self.node, "kind")

    @property
    def name(self) -> str:
        """The name as written; empty where there is none."""
        return text_at(self.node, "metadata", "name")

    @property
    def place(self) -> str:
        """``file:line``."""
        return self.findings.place(self.node)

    def find(self, *path: str) -> Node | None:
        """Return the node at a path of keys; None if there is none."""
        return find(self.node, *path)

    def report(self, path: tuple[str, ...], message: str, hint: str) -> None:
        """Report a problem at the deepest node of a path."""
        self.findings.at(deepest(self.node, path), message, hint)


def read_document(node: Node, findings: Findings) -> Document | None:
    """Check one document against the shape of its kind, and report everything that differs."""
    if not isinstance(node, Fields):
        if not isinstance(node, Refused):
            hint = "Begin it with `apiVersion`, `kind`, `metadata` and `spec`."
            findings.at(node, "A document must be a mapping.", hint)
        return None
    shape = _shape_of(node)
    checked = shapes.check(shape, node)
    if isinstance(checked, list):
        explain(checked, shape, node, findings)
    document = Document(findings, node, None if isinstance(checked, list) else checked)
    _check_list(document)
    _check_ticket(document)
    _check_deletions(document)
    return document


def _shape_of(node: Fields) -> type[shapes.Document]:
    kind = text_at(node, "kind")
    if kind == "Account":
        return _ACCOUNTS.get(text_at(node, "spec", "system"), shapes.UndecidedAccount)
    return _SHAPES.get(kind, shapes.UndecidedDocument)


def _check_list(document: Document) -> None:
    key = _LISTS.get(document.kind)
    spec = document.find("spec")
    if key and isinstance(spec, Fields):
        # What is refused as not supported would have declared something.
        declaring = {key, f"{key}From", "where"}
        if not declaring & spec.values.keys():
            node = document.node.keys["spec"]
            hint = f"Add `{key}:` with a list of ids; `{key}: []` declares none on purpose."
            document.findings.at(node, "The manifest declares nothing.", hint)


def _check_ticket(document: Document) -> None:
    path = ("metadata", "purpose")
    wanted = document.kind in _LISTS and text_at(document.node, *path) in _PURPOSES_WITH_TICKET
    if wanted and document.find("metadata", "ticket") is None:
        hint = "Add `ticket: …` to `metadata`."
        document.report(path, "This purpose needs a ticket.", hint)


def _check_deletions(document: Document) -> None:
    shape = document.shape
    if isinstance(shape, shapes.LeadSquaredAccount | shapes.TalkdeskAccount):
        limits = shape.spec.limits
        if limits.delete_calls is not None and limits.delete_calls > limits.calls:
            message = f"More than `calls`, which is {limits.calls}."
            path = ("spec", "limits", "deleteCalls")
            document.report(path, message, "Deletions count as calls; lower it.")
