"""Text from live records and manifests does nothing, in whatever form it is shown.

A table: every form, with a reader that is not ours, against every hostile text and any mixture.
"""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import example, given, settings
from ruamel.yaml import YAML

from reconciler.cli.runs.results_file import COLUMNS, results_file
from reconciler.domain.accounts import Container, System
from reconciler.domain.inert import inert
from reconciler.domain.outcomes import Outcome, Settled
from reconciler.domain.planner import decide
from reconciler.errors import ExitCode
from reconciler.manifests.finding.writing import absences_text
from reconciler.manifests.syntax.characters import forbidden
from reconciler.views.github.log import apply_log, error_log, plan_log, validation_log
from reconciler.views.github.validation_summary import error_summary, validation_summary
from reconciler.views.html.apply import apply_html
from reconciler.views.html.history import history_html
from reconciler.views.html.plan import plan_html
from reconciler.views.junit.apply import apply_junit
from reconciler.views.junit.plan import plan_junit
from reconciler.views.junit.validation import error_junit, validation_junit
from reconciler.views.machine import (
    apply_json,
    error_json,
    explain_json,
    history_json,
    plan_json,
    validated_json,
)
from reconciler.views.markdown.apply import apply_markdown
from reconciler.views.markdown.plan import plan_markdown
from reconciler.views.presentation import Presentation
from reconciler.views.repository import Repository
from reconciler.views.sarif.documents import apply_sarif, error_sarif, plan_sarif, validation_sarif
from reconciler.views.text.apply import apply_text
from reconciler.views.text.error import error_text
from reconciler.views.text.explain import explain_text
from reconciler.views.text.find import Found, find_talk, remarks
from reconciler.views.text.history import history_text
from reconciler.views.text.lines import render
from reconciler.views.text.plan import plan_text
from reconciler.views.text.validation import validation_text
from tests.fakes.clocks import SetClock
from tests.fakes.plans import (
    TASKS,
    UNKNOWN,
    a_manifest,
    a_reading,
    a_section,
    absences_of,
    an_id,
    present,
)
from tests.inertness.documents import (
    AT,
    applied_of,
    apply_of,
    error_of,
    explanation_of,
    invalid_of,
    plan_of,
    run_of,
    validated_of,
)
from tests.inertness.hostile import CANARY, TEXTS, anything
from tests.inertness.readers import (
    check_csv,
    check_html,
    check_json,
    check_junit,
    check_log,
    check_markdown,
    check_sarif,
    check_text,
)

Check: TypeAlias = Callable[[str], None]
DONE = ExitCode.DONE
HERE, BELOW = Repository(), Repository(root="/repo", folder="/repo/crm")
ABOUT = Presentation(full=True, plan_file="plan.jsonl")


def plan_as_text(text: str) -> None:
    check_text("".join(render(plan_text(plan_of(text), full=True, approve=text), color=False)))


def plan_as_json(text: str) -> None:
    plan = plan_of(text)
    output = "".join(plan_json(plan, DONE))
    check_json(output)
    assert json.loads(output)["items"] == list(plan.items(None))
    assert json.loads(output)["warnings"] == plan.header["warnings"]


def plan_as_github(text: str) -> None:
    plan = plan_of(text)
    check_log("".join(plan_log(plan, plan_text(plan, full=True), BELOW)))


def plan_as_junit(text: str) -> None:
    check_junit("".join(plan_junit(plan_of(text), DONE, BELOW)))


def plan_as_sarif(text: str) -> None:
    check_sarif("".join(plan_sarif(plan_of(text), DONE, BELOW)))


def plan_as_markdown(text: str) -> None:
    check_markdown(plan_markdown(plan_of(text), ABOUT))


def plan_as_html(text: str) -> None:
    check_html("".join(plan_html(plan_of(text), ABOUT)))


def apply_as_html(text: str) -> None:
    check_html("".join(apply_html(apply_of(text), ABOUT)))


def apply_as_text(text: str) -> None:
    lines = apply_text(applied_of(text), audit_file=text, full=True)
    check_text("".join(render(lines, color=False)))


def apply_as_json(text: str) -> None:
    done = apply_of(text)
    output = "".join(apply_json(done))
    check_json(output)
    assert json.loads(output)["items"] == list(done.items())


def apply_as_github(text: str) -> None:
    lines = apply_text(applied_of(text), audit_file=text, full=True)
    check_log("".join(apply_log(apply_of(text), lines, HERE)))


def apply_as_junit(text: str) -> None:
    check_junit("".join(apply_junit(apply_of(text), HERE)))


def apply_as_sarif(text: str) -> None:
    check_sarif("".join(apply_sarif(apply_of(text), HERE)))


def apply_as_markdown(text: str) -> None:
    check_markdown(apply_markdown(apply_of(text), ABOUT))


def errors_as_text(text: str) -> None:
    for error in (error_of(text), invalid_of(text)):
        check_text("".join(render(error_text(error), color=False)))


def errors_as_json(text: str) -> None:
    for error in (error_of(text), invalid_of(text)):
        check_json(error_json(error))


def errors_as_github(text: str) -> None:
    for error in (error_of(text), invalid_of(text)):
        check_log("".join(error_log(error, HERE)))
        check_markdown(error_summary(error, limit=100_000))


def errors_as_junit(text: str) -> None:
    for error in (error_of(text), invalid_of(text)):
        check_junit("".join(error_junit(error, HERE)))


def errors_as_sarif(text: str) -> None:
    for error in (error_of(text), invalid_of(text)):
        check_sarif("".join(error_sarif(error, HERE)))


def validations(text: str) -> None:
    validated = validated_of(text)
    check_text("".join(render(validation_text(validated, full=True), color=False)))
    check_json("".join(validated_json(validated)))
    check_log("".join(validation_log(validated, validation_text(validated, full=True), BELOW)))
    check_junit("".join(validation_junit(validated, BELOW)))
    check_sarif("".join(validation_sarif(validated, BELOW)))
    check_markdown(validation_summary(validated, limit=100_000))


def history(text: str) -> None:
    check_text("".join(render(history_text([run_of(text)], detailed=True, full=True), color=False)))
    check_json("".join(history_json([run_of(text)])))
    check_html("".join(history_html([run_of(text)])))


def explanations(text: str) -> None:
    fields = explanation_of(text)
    check_text("".join(render(explain_text(fields, [text]), color=False)))
    check_json(explain_json(fields, [text], DONE))


def findings(text: str) -> None:
    """What `find` prints is a manifest: what an account says stands in its comments only."""
    section = a_section({an_id(1): present(name=text), an_id(2): UNKNOWN})
    found = Found(section=section, conditions=(), at=AT, from_file=False, warnings=[text])
    object.__setattr__(found, "unread", text)
    talk = find_talk(found, full=True)
    check_text("".join(render(talk, color=False)))
    # What a manifest could not hold is refused when it is given on the command line.
    words = text if not forbidden(text) else inert(text)
    manifest = a_manifest("found", owner=words, reason=words, ticket=words)
    lines = absences_text(manifest, TASKS, found.ids, remarks=list(remarks(found)))
    output = "".join(f"{line}\n" for line in lines)
    assert not forbidden(output.replace("\n", ""))
    document = YAML(typ="safe").load(output)
    assert document["metadata"] == {
        "name": "found",
        "owner": words,
        "reason": words,
        "ticket": words,
    }
    assert document["spec"]["tasks"] == [an_id(1)]


FORMS: dict[str, Check] = {
    one.__name__: one
    for one in (
        *(plan_as_text, plan_as_json, plan_as_github, plan_as_junit, plan_as_sarif),
        *(apply_as_text, apply_as_json, apply_as_github, apply_as_junit, apply_as_sarif),
        *(errors_as_text, errors_as_json, errors_as_github, errors_as_junit, errors_as_sarif),
        *(
            plan_as_html,
            apply_as_html,
            plan_as_markdown,
            apply_as_markdown,
            validations,
            history,
            explanations,
            findings,
        ),
    )
}


@pytest.mark.parametrize("form", FORMS)
def test_no_hostile_text_does_anything_in(form: str) -> None:
    for text in TEXTS:
        try:
            FORMS[form](text)
        except Exception as error:
            error.add_note(f"The text was {text!r}")
            raise


@pytest.mark.parametrize("form", FORMS)
def test_no_mixture_of_texts_does_anything_in(form: str) -> None:
    @settings(max_examples=15)
    @given(text=anything)
    @example(text="\n".join(TEXTS))
    def holds(text: str) -> None:
        FORMS[form](text)

    holds()


def test_no_cell_of_the_results_is_a_formula(tmp_path: Path) -> None:
    path, known = tmp_path / "results.csv", Container(System.LEADSQUARED, "crm")
    with results_file(path, SetClock()) as file:
        assert file
        for text in TEXTS:
            absences = absences_of([an_id(1)], known)
            told = replace(
                absences,
                manifests=[a_manifest(ticket=text)],
                notes={0: {(line, an_id(1)): text for line in absences.line}},
            )
            section = decide(told, a_reading(told, {an_id(1): present()}))
            file._sections = {known: section}  # noqa: SLF001 - a plan of just this
            file.put(TASKS, text, Settled(Outcome.FAILED, text, text))
            file.put(known, an_id(1), Settled(Outcome.DELETED, text))
    output = path.read_text(encoding="utf-8")
    check_csv(output, len(COLUMNS))
    rows = list(csv.DictReader(io.StringIO(output)))
    assert len(rows) == 2 * len(TEXTS)
    assert all(CANARY in row["reason"] for row in rows)
    assert all(CANARY in row["ticket"] and CANARY in row["note"] for row in rows[1::2])
