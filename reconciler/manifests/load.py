"""Loading: a folder of manifests in, everything it declares out."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from reconciler.domain.absences import Declarations
from reconciler.domain.columns import columns
from reconciler.domain.conflicts import conflicts
from reconciler.errors import InvalidError, Problem
from reconciler.manifests.accounts import accounts_of, policies_of, sharing
from reconciler.manifests.agreement import check_agreement
from reconciler.manifests.allowances import allowances_of, expired
from reconciler.manifests.conditions import RelativeTimes
from reconciler.manifests.declare import Declaring
from reconciler.manifests.documents import LISTS, Document, read_document, systems_of
from reconciler.manifests.findings import Findings
from reconciler.manifests.resting import check_resting
from reconciler.manifests.syntax.characters import decode
from reconciler.manifests.syntax.compose import compose
from reconciler.manifests.syntax.nodes import Node
from reconciler.manifests.tenants import fill_in
from reconciler.manifests.tree import Tree, read_tree, tree_digest


def load(
    folder: Path,
    *,
    now: datetime,
    relative_times: Mapping[str, datetime] | None = None,
    tenants: Mapping[str, str] | None = None,
) -> Declarations:
    """Return everything that the manifests under a folder declare, at a time (UTC).

    ``relative_times`` are those of a plan that is being applied: they mean what they meant then.
    ``tenants`` has, by system, what stands for a tenant that is not declared: no problem then.
    Reads nothing but the folder. Raises ``InvalidError`` with every problem of every file at once.
    """
    tree = read_tree(folder)
    problems = list(tree.problems)
    documents, unread = _documents(tree, problems, tenants or {})
    if not documents and not problems:
        hint = "Declare at least one account: `kind: Account`."
        problems.append(Problem(folder.as_posix(), 0, 0, "No file has a manifest.", "", hint))
    check_agreement(documents, unread)
    check_resting(documents)
    times = RelativeTimes(now, dict(relative_times or {}))
    declaring = Declaring(folder, times)
    for document in documents:
        if document.kind in LISTS:
            declaring.add_absences(document)
        elif document.kind == "Protection":
            declaring.add_protection(document)
    if problems:
        raise InvalidError(problems, files=[one.name for one in tree.files])
    absences = columns(declaring.listed, declaring.manifests, declaring.protections)
    return Declarations(
        accounts=accounts_of(documents),
        policies=policies_of(documents),
        allowances=allowances_of(documents),
        absences=absences,
        manifests=declaring.manifests,
        files=[one.name for one in tree.files],
        protections=declaring.protections,
        warnings=[
            *declaring.warnings,
            *sharing(documents),
            *expired(documents, now.date()),
        ],
        conflicts=conflicts(absences),
        relative_times=times.resolved,
        tree_digest=tree_digest(
            [*((one.path, one.digest) for one in tree.files), *declaring.side_files.items()]
        ),
    )


def _documents(
    tree: Tree, problems: list[Problem], tenants: Mapping[str, str]
) -> tuple[list[Document], list[str]]:
    """Return the documents of all files, and the files that were not read to their end."""
    composed: list[tuple[Node, str, Findings]] = []
    unread = [problem.file for problem in tree.problems]
    for file in tree.files:
        findings = Findings(file.name, problems)
        text = decode(file.content, findings)
        nodes, whole = ([], False) if text is None else compose(text, findings)
        if not whole:
            unread.append(file.name)
        composed += [(node, file.path, findings) for node in nodes]
    systems = systems_of(node for node, _, _ in composed)
    for node, _, _ in composed:
        fill_in(node, tenants)
    read = (read_document(node, path, found, systems) for node, path, found in composed)
    return [document for document in read if document], unread
