"""What the documents of a tree must agree on: names, accounts, and policies of one rank."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from reconciler.manifests.documents import Document
from reconciler.manifests.nearest import nearest
from reconciler.manifests.shapes.documents import KINDS, PolicyDocument
from reconciler.manifests.syntax.nodes import Fields, Items, Node, Scalar, text_at
from reconciler.manifests.syntax.quoting import reading
from reconciler.manifests.values.scalars import is_name

_SYSTEMS = {"AbsentTasks": "leadsquared", "AbsentRecords": "talkdesk"}


def check_agreement(documents: Sequence[Document], unread: Collection[str]) -> None:
    """Report every name that stands twice, unknown account and contradiction of policies.

    ``unread`` names files that could not be read to their end; what seems to be missing may be
    in there, and the hint says so.
    """
    _check_names(documents)
    # Hints repeat these names, so they must be known to be harmless.
    accounts = {one.name: one for one in documents if one.kind == "Account" and is_name(one.name)}
    for document in documents:
        if document.kind in _SYSTEMS:
            _check_account(document, accounts, unread)
        elif document.kind in {"Protection", "Allowance"}:
            node = document.find("spec", "account")
            _check_reference(document, node, accounts, unread)
        elif document.kind == "Policy":
            for node in _items(document.find("spec", "accounts")):
                _check_reference(document, node, accounts, unread)
    _check_policies(one for one in documents if isinstance(one.shape, PolicyDocument))


def _items(node: Node | None) -> Iterable[Node]:
    return node.nodes if isinstance(node, Items) else ()


def _check_names(documents: Iterable[Document]) -> None:
    first: dict[tuple[str, str], Document] = {}
    for document in documents:
        if document.kind not in KINDS or not document.name:
            continue
        known = first.setdefault((document.kind, document.name), document)
        if known is not document:
            message = f"Another {document.kind} has this name: {known.place}."
            hint = "Names are unique per kind; give it another."
            document.report(("metadata", "name"), message, hint)


def _check_account(
    document: Document, accounts: Mapping[str, Document], unread: Collection[str]
) -> None:
    node = document.find("spec", "account")
    wanted = _SYSTEMS[document.kind]
    fitting = {
        name: one for name, one in accounts.items() if text_at(one.node, "spec", "system") == wanted
    }
    if isinstance(node, Scalar) and node.value in accounts:
        system = text_at(accounts[node.value].node, "spec", "system")
        if system != wanted and system in _SYSTEMS.values():
            place = accounts[node.value].place
            message = f"{document.kind} need an account of {wanted}; this one is of {system}."
            hint = nearest(node.value, fitting, f"Accounts of {wanted}")
            document.findings.at(node, message, hint or f"It is declared at {place}.")
    else:
        _check_reference(document, node, fitting or accounts, unread)


def _check_reference(
    document: Document, node: Node | None, accounts: Mapping[str, Document], unread: Collection[str]
) -> None:
    # What is no name at all is reported where the shape is checked.
    if not isinstance(node, Scalar) or not is_name(node.value) or node.value in accounts:
        return
    if node.plain and reading(node.value):
        return
    if unread:
        hint = f"It may stand in {', '.join(sorted(unread))}, which could not be read."
    else:
        hint = nearest(node.value, accounts, "Accounts") or "Declare it: `kind: Account`."
    document.findings.at(node, "No Account has this name.", hint)


def _check_policies(policies: Iterable[Document]) -> None:
    """Refuse two policies of one rank that set one field for one account."""
    first: dict[tuple[str, str], Document] = {}
    for document in policies:
        spec = document.find("spec")
        if not isinstance(spec, Fields):
            continue
        targets = sorted({text_at(node) for node in _items(document.find("spec", "accounts"))})
        for key in spec.values.keys() - {"accounts"}:
            clashes = [
                (target, first[key, target])
                for target in targets or [""]
                if first.setdefault((key, target), document) is not document
            ]
            for target, other in clashes[:1]:
                whom = f"for `{target}`" if target else "for every account"
                message = f"`{key}` is set {whom} by another policy too: {other.place}."
                hint = "Set it once; a policy that names the account beats one that names none."
                document.findings.at(spec.keys[key], message, hint)
