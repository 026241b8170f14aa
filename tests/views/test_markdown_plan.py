"""The plan in Markdown: whole pages, pages without room, and pages full of hostile text."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.domain.document import Fields, PlanDocument
from reconciler.views.markdown.gathering import gather
from reconciler.views.markdown.plan import LIMIT, plan_markdown
from reconciler.views.presentation import Presentation
from tests.views.documents import (
    compared,
    declared,
    document,
    guard,
    loosened,
    number,
    record,
    task,
    withdrawn,
)
from tests.views.markdown import HOSTILE, shape
from tests.views.test_plan_text import EVERY_ACTION

URL = "https://github.com/acme/absences/actions/runs/1"
SAVED = Presentation(plan_file="plan.jsonl", run_url=URL)
ALLOWANCE = {
    "apiVersion": "reconciler/v1",
    "kind": "Allowance",
    "metadata": {"name": "allow-crm", "reason": "TODO", "expires": "2026-12-01"},
    "spec": {"account": "crm", "lifts": {"maxDeletes": 2}, "digest": "sha256:56f6"},
}


def size(page: str) -> int:
    return len(page.encode())


def expected(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def new(item: Fields) -> Fields:
    return {**item, "change": "introduced"}


def old(item: Fields) -> Fields:
    return {**item, "change": "pre-existing"}


def a_review() -> PlanDocument:
    """A pull request's plan: refused, with what opens it, and with what the change brings."""
    plan = compared(
        document(
            old(task(1)),
            new(task(2)),
            old(task(3, "held", reason="matched by a rule")),
            new(record(4)),
            withdrawn(task(5)),
            guards=(
                guard("maxDeletes", "account/dialer"),
                guard("maxDeletes", "account/crm", "violated", limit=1, observed=2),
            ),
            commit="0123456789abcdef0123456789abcdef01234567",
        ),
        loosened(1),
        loosened(2, manifest="Policy/default", subject="maxDeletes of crm", words="1 becomes 2"),
    )
    plan.footer["allowances"] = [ALLOWANCE]
    return plan


def test_every_action_has_its_sign_its_words_and_its_reason() -> None:
    assert plan_markdown(EVERY_ACTION, SAVED) == expected("markdown_every_action.md")


def test_a_pull_request_is_told_what_it_loosens_introduces_and_withdraws() -> None:
    about = replace(SAVED, preview=True, approve="never shown for a preview")
    assert plan_markdown(a_review(), about) == expected("markdown_review.md")


def test_nothing_to_do_is_said_in_few_words() -> None:
    plan = document(record(1, "absent"), guards=(guard("maxDeletes", "account/dialer"),))
    assert plan_markdown(plan, Presentation()) == expected("markdown_no_changes.md")


@pytest.mark.parametrize(
    ("plan", "title"),
    [
        (document(task(1)), "1 to delete"),
        (document(task(1, "absent")), "no changes"),
        (document(task(1, "held")), "nothing to delete, 1 held"),
        (document(task(1), task(2, "unknown")), "incomplete, 1 unknown, 1 to delete"),
        (document(task(1), guards=(guard("a", "b", "violated"),)), "blocked, 1 to delete"),
    ],
)
def test_the_heading_says_what_matters_most(plan: PlanDocument, title: str) -> None:
    assert plan_markdown(plan, SAVED).startswith(f"### Reconciler: {title}\n\n**")


def test_a_day_without_enough_calls_is_incomplete() -> None:
    plan = document(task(1))
    plan.header["accounts"][0]["forecast"] |= {"daily_left": 3}
    assert plan_markdown(plan, SAVED).startswith("### Reconciler: incomplete, 1 to delete\n")


def test_how_to_go_on_is_told_to_those_who_may() -> None:
    command = "reconciler apply --plan plan.jsonl"
    plan, refused = document(task(1)), a_review()
    assert f"```sh\n{command}\n```" in plan_markdown(plan, replace(SAVED, approve=command))
    assert command not in plan_markdown(refused, replace(SAVED, approve=command))
    preview = plan_markdown(plan, replace(SAVED, approve=command, preview=True))
    assert command not in preview
    assert "This is a preview, which is never applied" in preview


def test_a_plan_that_could_not_be_compared_says_why() -> None:
    plan = document(task(1))
    base = {"ref": "main", "commit": "abc123def456", "error": "not valid (a.yaml:1: |)"}
    page = plan_markdown(replace(plan, header={**plan.header, "base": base}), SAVED)
    assert "\nNot compared with `main (abc123def456)`: `not valid (a.yaml:1: \\u{7c})`\n" in page


def test_where_the_whole_plan_is_depends_on_where_it_was_kept() -> None:
    plan = document(task(1))
    assert plan_markdown(plan, SAVED).endswith(
        f"\nThe whole plan is `plan.jsonl`, kept by [this run](<{URL}>); "
        "`reconciler show --full` shows it.\n"
    )
    assert plan_markdown(plan, Presentation(plan_file="p")).endswith(
        "\nThe whole plan is `p`; `reconciler show --full` shows it.\n"
    )
    page = plan_markdown(plan, Presentation(run_url=URL))
    assert page.endswith(f"\nShown by [this run](<{URL}>).\n")
    many = document(*(task(n) for n in range(300)))
    assert plan_markdown(many, Presentation(run_url=URL), limit=9000).endswith(
        " deletions. `--full` shows all of it, and so does `--format json`.\n"
    )


def shown_and_left_out(page: str, sign: str, noun: str) -> tuple[int, int]:
    """Return how many items of a sign a page has, and how many of a noun it says it lacks."""
    note = page[page.rindex("**Not shown here:**") :] if "**Not shown here:**" in page else ""
    found = re.search(rf"([\d,]+) {noun}s?\b", note)
    shown = re.findall(rf"(?m)^{re.escape(sign)} (?:leadsquared|talkdesk)/", page)
    return len(shown), int(found[1].replace(",", "") if found else 0)


@given(
    st.integers(0, 300),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(8_000, 120_000),
)
@settings(max_examples=25)
def test_nothing_is_cut_in_the_middle_and_nothing_is_lost_silently(
    deletions: int, unknown: int, absent: int, limit: int
) -> None:
    items = [
        *(task(n) for n in range(deletions)),
        *(task(1000 + n, "unknown", reason="HTTP 500 \U0001f4a5") for n in range(unknown)),
        *(record(n, "absent") for n in range(absent)),
    ]
    page = plan_markdown(document(*items), SAVED, limit=limit)
    assert size(page) <= limit
    assert sum(shown_and_left_out(page, "-", "deletion")) == deletions
    assert sum(shown_and_left_out(page, "?", "unknown target")) == unknown
    assert sum(shown_and_left_out(page, "=", "absent target")) == absent
    tags = [one for one in shape(page) if one in ("<details []>", "</details>")]
    assert tags == ["<details []>", "</details>"] * (len(tags) // 2)
    assert page.count("\n```\n") == len([one for one in shape(page) if one.startswith("fence")])


def test_what_is_left_out_is_counted_where_it_is_missing_and_at_the_end() -> None:
    page = plan_markdown(document(*(task(n) for n in range(300))), SAVED, limit=20_000)
    shown, hidden = shown_and_left_out(page, "-", "deletion")
    assert shown > 20
    assert f"```\n\n… and {hidden} more deletions.\n\n</details>\n" in page
    assert page.endswith(
        f"\n**Not shown here:** {hidden} deletions. The whole plan is `plan.jsonl`, kept by "
        f"[this run](<{URL}>); `reconciler show --full` shows it.\n"
    )


def test_what_the_change_introduces_is_not_hidden_by_what_was_there_before() -> None:
    items = [old(task(n)) for n in range(300)] + [new(task(n)) for n in range(900, 905)]
    page = plan_markdown(compared(document(*items)), SAVED, limit=10_000)
    assert page.count(" will be deleted (introduced)\n") == 5


def test_many_deletions_hide_neither_another_account_nor_what_is_not_deleted() -> None:
    items = [
        *(task(n) for n in range(1000)),
        *(task(n, "held") for n in range(2000, 2030)),
        *(task(n, "unknown") for n in range(3000, 3005)),
        *(record(n) for n in range(3)),
    ]
    page = plan_markdown(document(*items), SAVED)
    assert page.count("- talkdesk/") == 3
    assert page.count(" is held: ") == 30
    assert page.count(" could not be read: ") == 5
    assert page.count("- leadsquared/") > 100


def a_million(count: int, manifests: int) -> PlanDocument:
    """A plan whose items only exist while somebody looks at them."""
    some = task(0)

    def items(most: int | None) -> Iterator[Fields]:
        for n in range(count if most is None else min(count, most)):
            file = f"manifests/{n % manifests:04}.yaml"
            address = f"leadsquared/crm/task/0017abfa-c100-11e5-9340-{n:012d}"
            where = [declared(file, n, manifest=f"AbsentTasks/m{n % manifests:04}")]
            yield {**some, "address": address, "declared": where}

    plan = document(some)
    plan.header["accounts"][0]["containers"][0]["counts"]["delete"] = count
    plan.footer["counts"]["delete"] = count
    return replace(plan, items=items)


@pytest.mark.parametrize("limit", [LIMIT, 900 * 1024])
def test_a_hundred_thousand_deletions_of_thousands_of_manifests_fit(limit: int) -> None:
    page = plan_markdown(a_million(100_000, 3_000), SAVED, limit=limit)
    assert limit * 0.9 < size(page) <= limit
    assert "**Plan: 100000 to delete, 0 already absent, " in page
    assert sum(shown_and_left_out(page, "-", "deletion")) == 100_000
    rows = len(re.findall(r"(?m)^\| `AbsentTasks/m", page))
    assert rows + shown_and_left_out(page, "", "manifest")[1] == 3_000


def test_room_is_counted_in_bytes_whatever_the_letters() -> None:
    live = {"name": "\U0001f4a5" * 150}
    page = plan_markdown(document(*(task(n, live=live) for n in range(100))), SAVED, limit=20_000)
    assert 15_000 < size(page) <= 20_000


def test_no_more_rows_are_made_than_could_find_room() -> None:
    gathered = gather(a_million(20_000, 10), most=5_000)
    rows = gathered.deletions("crm")
    assert rows.count == 20_000
    assert 5_000 < sum(map(size, rows.made)) < 6_000


def test_so_many_accounts_that_they_have_no_room_are_counted() -> None:
    items = [
        task(n, account=f"crm-{n:04}", address=f"leadsquared/crm-{n:04}/task/{n}")
        for n in range(800)
    ]
    page = plan_markdown(document(*items), SAVED, limit=20_000)
    assert size(page) <= 20_000
    shown, hidden = shown_and_left_out(page, "-", "deletion")
    assert 0 < shown < 800
    assert shown + hidden == 800


def test_without_any_room_the_most_important_is_still_said() -> None:
    page = plan_markdown(a_review(), SAVED, limit=100)
    assert page.startswith("### Reconciler: blocked, 3 to delete\n\n**Plan: 3 to delete, ")
    assert (
        "1 violated guard, 1 Allowance, 2 accounts, 4 lines of what is loosened, 2 manifests, "
        in page
    )


def hostile(text: str) -> PlanDocument:
    """A plan that says the same everywhere where it may say anything."""
    where = declared(text, 1, manifest=text, ticket=text, note=text, purpose=text)
    live = {text: text, f"{text}2": text}
    about: Fields = {"declared": [where], "reason": text, "live": live}
    plan = compared(
        document(
            new(task(1, **about)),
            old(task(2, "held", **about)),
            old(task(3, "protected", **about)),
            old(task(4, "unknown", declared=[where], reason=text)),
            old(task(5, "absent", declared=[where], evidence={"by": text, "answer": text})),
            old(number(6, declared=[where], evidence={"by": text, "answer": text})),
            withdrawn(task(7, declared=[where], address=f"{text}/{task(7)['id']}")),
            guards=(
                guard(text, text, "violated", note=text, allowance=text, limit=1),
                guard(text, text, "not_evaluated", note=text),
            ),
            warnings=(text, text),
            warning=text,
            commit=text,
            relative_times={text: text},
        ),
        loosened(1, manifest=text, account=text, place=text, subject=text, words=text),
    )
    for account in plan.header["accounts"]:
        account |= {"tenant": text, "host": text, "system": text, "way": text, "calls": text}
    base = {"ref": text, "commit": text}
    header = {**plan.header, "targets": [text], "excludes": [text], "base": base}
    header["manifests"]["ref"] = text
    header["expires_at"] = text
    plan.footer.update(digest=text, allowances=[{text: {text: text}, "kind": text}])
    return replace(plan, header=header)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_inert_wherever_it_stands(text: str) -> None:
    def page(outside: str) -> list[str]:
        about = Presentation(plan_file=outside, approve=outside, run_url=URL)
        return shape(plan_markdown(hostile(outside), about, limit=10**9))

    assert page(text) == page("plain")


@given(st.text(min_size=1))
@settings(max_examples=30)
def test_any_text_from_outside_is_inert(text: str) -> None:
    def page(outside: str) -> list[str]:
        return shape(plan_markdown(hostile(outside), SAVED, limit=10**9))

    assert page(text) == page("plain")
