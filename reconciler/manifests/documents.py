"""One document: its kind, its name, and its shape if it is valid."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.manifests.explain import explain
from reconciler.manifests.findings import Findings
from reconciler.manifests.shapes import documents as shapes
from reconciler.manifests.shapes.check import check
from reconciler.manifests.syntax.nodes import Fields, Node, Refused, deepest, find, text_at
from reconciler.manifests.windows import check_windows

_SHAPES: dict[str, type[shapes.Document]] = {
    "Policy": shapes.PolicyDocument,
    "Allowance": shapes.AllowanceDocument,
    "AbsentTasks": shapes.AbsentTasks,
    "AbsentRecords": shapes.AbsentRecords,
}
_ACCOUNTS: dict[str, type[shapes.Document]] = {
    "leadsquared": shapes.LeadSquaredAccount,
    "talkdesk": shapes.TalkdeskAccount,
}
_PROTECTIONS: dict[str, type[shapes.Document]] = {
    "leadsquared": shapes.TaskProtection,
    "talkdesk": shapes.RecordProtection,
}
LISTS = {"AbsentTasks": "tasks", "AbsentRecords": "records"}
_OF_RECORDS = frozenset({"records", "recordsFrom", "recordList"})
_PURPOSES_OF_ERASURE = frozenset({"gdpr_erasure", "ccpa_delete"})


@dataclass(frozen=True, slots=True)
class Document:
    """A document with its place; ``shape`` is None if it is not valid."""

    findings: Findings
    path: str
    """The path of its file in the folder."""
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

    @property
    def list_key(self) -> str:
        """``tasks`` or ``records``, whichever it lists; empty where it lists neither."""
        if self.kind == "Protection":
            spec = self.find("spec")
            keys = spec.values.keys() if isinstance(spec, Fields) else ()
            of_records = isinstance(self.shape, shapes.RecordProtection)
            return "records" if of_records or _OF_RECORDS.intersection(keys) else "tasks"
        return LISTS.get(self.kind, "")

    @property
    def erases(self) -> bool:
        """Whether its purpose is to erase a person, so that only ids may be declared."""
        return text_at(self.node, "metadata", "purpose") in _PURPOSES_OF_ERASURE


def systems_of(nodes: Iterable[Node]) -> dict[str, str]:
    """Return the system of every account that is declared, by its name."""
    accounts = (node for node in nodes if text_at(node, "kind") == "Account")
    return {text_at(one, "metadata", "name"): text_at(one, "spec", "system") for one in accounts}


def read_document(
    node: Node, path: str, findings: Findings, systems: Mapping[str, str]
) -> Document | None:
    """Check one document against the shape of its kind, and report everything that differs.

    ``systems`` has the system of each account: a protection's conditions depend on it.
    """
    if not isinstance(node, Fields):
        if not isinstance(node, Refused):
            hint = "Begin it with `apiVersion`, `kind`, `metadata` and `spec`."
            findings.at(node, "A document must be a mapping.", hint)
        return None
    shape = shape_of(node, systems)
    checked = check(shape, node)
    if isinstance(checked, list):
        explain(checked, shape, node, findings)
    document = Document(findings, path, node, None if isinstance(checked, list) else checked)
    _check_list(document)
    _check_purpose(document)
    _check_conditions(document)
    _check_deletions(document)
    _check_lifts(document)
    for keys in (("windows",), ("lifts", "windows")):
        check_windows(document.find("spec", *keys), findings)
    return document


def shape_of(node: Fields, systems: Mapping[str, str]) -> type[shapes.Document]:
    """Return the shape of a document's kind; ``systems`` as for ``read_document``."""
    kind = text_at(node, "kind")
    if kind == "Account":
        return _ACCOUNTS.get(text_at(node, "spec", "system"), shapes.UndecidedAccount)
    if kind == "Protection":
        system = systems.get(text_at(node, "spec", "account"), "")
        return _PROTECTIONS.get(system, shapes.UndecidedDocument)
    return _SHAPES.get(kind, shapes.UndecidedDocument)


def _check_list(document: Document) -> None:
    """Refuse a manifest that declares nothing, or by a list and a rule at once."""
    key, spec = document.list_key, document.find("spec")
    if not key or not isinstance(spec, Fields):
        return
    lists = [name for name in (key, f"{key}From") if name in spec.values]
    if not lists and "where" not in spec.values:
        declares = "protects" if document.kind == "Protection" else "declares"
        hint = f"Add `{key}:` with a list of ids; `{key}: []` {declares[:-1]}s none on purpose."
        node = document.node.keys["spec"]
        document.findings.at(node, f"The manifest {declares} nothing.", hint)
    if lists and "where" in spec.values and document.kind != "Protection":
        message = f"A manifest has either a list or a rule; this one has `{lists[0]}` too."
        hint = "Write the rule into a manifest of its own."
        document.findings.at(spec.keys["where"], message, hint)


def _check_purpose(document: Document) -> None:
    """Refuse an erasure without a ticket, or by anything else than ids."""
    if document.kind not in LISTS or not document.erases:
        return
    if document.find("metadata", "ticket") is None:
        path = ("metadata", "purpose")
        document.report(path, "This purpose needs a ticket.", "Add `ticket: …` to `metadata`.")
    spec = document.find("spec")
    if isinstance(spec, Fields) and "where" in spec.values:
        message = "With this purpose only ids are declared, no rule."
        hint = "List the ids: `reconciler find` prints a manifest with them."
        document.findings.at(spec.keys["where"], message, hint)


def _check_conditions(document: Document) -> None:
    """Refuse mappings that ask for nothing, or for too much at once."""
    for key in ("where", "expect"):
        node = document.find("spec", key)
        if isinstance(node, Fields) and not node.values.keys() - {"max", "unattended"}:
            hint = "Name at least one: " + _WITHOUT[key]
            document.findings.at(_key_of(document, key), f"`{key}` has no condition.", hint)
    lookup = document.find("spec", "lookup")
    if document.kind == "AbsentTasks" and isinstance(lookup, Fields) and len(lookup.values) != 1:
        message = "`lookup` names either an owner or a lead."
        document.findings.at(_key_of(document, "lookup"), message, "Name one of the two.")


_WITHOUT = {
    "where": "without any it would match everything.",
    "expect": "without any it would expect nothing.",
}


def _key_of(document: Document, key: str) -> Node:
    spec = document.find("spec")
    return spec.keys[key] if isinstance(spec, Fields) else document.node


def _check_deletions(document: Document) -> None:
    shape = document.shape
    if isinstance(shape, shapes.LeadSquaredAccount | shapes.TalkdeskAccount):
        limits = shape.spec.limits
        if limits.delete_calls is not None and limits.delete_calls > limits.calls:
            message = f"More than `calls`, which is {limits.calls}."
            path = ("spec", "limits", "deleteCalls")
            document.report(path, message, "Deletions count as calls; lower it.")


def _check_lifts(document: Document) -> None:
    lifts = document.find("spec", "lifts")
    if document.kind == "Allowance" and isinstance(lifts, Fields) and not lifts.values:
        hint = "Name at least one, as in `maxDeletes: 12000`."
        document.findings.at(_key_of(document, "lifts"), "The allowance lifts nothing.", hint)
