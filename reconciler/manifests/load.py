"""Loading: a folder of manifests in, everything it declares out."""

from datetime import date
from pathlib import Path

from reconciler.domain.absences import Declarations, columns
from reconciler.errors import InvalidError, Problem
from reconciler.manifests.agreement import check_agreement
from reconciler.manifests.characters import decode
from reconciler.manifests.compose import compose
from reconciler.manifests.declare import Declared, accounts_of, policies_of
from reconciler.manifests.documents import Document, read_document
from reconciler.manifests.findings import Findings
from reconciler.manifests.tree import Tree, read_tree

_ABSENCES = frozenset({"AbsentTasks", "AbsentRecords"})


def load(folder: Path, *, today: date) -> Declarations:
    """Return everything that the manifests under a folder declare, as of a day (UTC).

    Reads nothing else. Raises ``InvalidError`` with every problem of every file at once.
    """
    tree = read_tree(folder)
    problems = list(tree.problems)
    documents, unread = _documents(tree, problems)
    if not documents and not problems:
        hint = "Declare at least one account: `kind: Account`."
        problems.append(Problem(folder.as_posix(), 0, 0, "No file has a manifest.", "", hint))
    check_agreement(documents, unread)
    declared = Declared(today=today, manifests=[], listed=[], warnings=[])
    for document in documents:
        if document.kind in _ABSENCES:
            declared.add(document)
    if problems:
        raise InvalidError(problems)
    return Declarations(
        accounts=accounts_of(documents),
        policies=policies_of(documents),
        absences=columns(declared.listed, declared.manifests),
        manifests=declared.manifests,
        warnings=declared.warnings,
        tree_digest=tree.digest,
    )


def _documents(tree: Tree, problems: list[Problem]) -> tuple[list[Document], list[str]]:
    """Return the documents of all files, and the files that were not read to their end."""
    documents: list[Document] = []
    unread = [problem.file for problem in tree.problems]
    for file in tree.files:
        findings = Findings(file.name, problems)
        text = decode(file.content, findings)
        nodes, whole = ([], False) if text is None else compose(text, findings)
        if not whole:
            unread.append(file.name)
        read = (read_document(node, findings) for node in nodes)
        documents.extend(document for document in read if document)
    return documents, unread
