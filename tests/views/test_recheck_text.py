"""What a recheck found, as people read it: no more than they can, and nothing hidden silently."""

from reconciler.domain.live import LiveState, Unknown
from reconciler.domain.returns import Returns
from reconciler.errors import UnrecordedError
from reconciler.views.text.lines import render
from reconciler.views.text.recheck import RecheckReport, recheck_json, recheck_text
from tests.fakes.plans import ABSENT, RECORDS, TASKS, UNKNOWN, present
from tests.fakes.proofs import a_reread


def report(returns: Returns, trouble: UnrecordedError | None = None) -> RecheckReport:
    return RecheckReport(
        returns=returns,
        run_id="r2",
        audit_file="audit/r2.jsonl",
        of_run="",
        narrowing={"targets": ["account/acme-crm"], "excludes": []},
        trouble=trouble,
    )


def text(returns: Returns, *, full: bool = False) -> str:
    return "".join(render(recheck_text(report(returns), full=full), color=False))


def test_what_has_returned_comes_first_and_what_is_unknown_by_its_cause() -> None:
    states: dict[str, LiveState] = {
        "a": UNKNOWN,
        "b": present(),
        "c": ABSENT,
        "d": Unknown("other"),
        "e": UNKNOWN,
    }
    assert text(Returns([a_reread(states)], warnings=("slow",))) == (
        f"  + {TASKS.address('b')} has returned\n"
        "      proven gone 1970-01-01T00:00:00.000Z by run r1\n"
        "      declared then by AbsentTasks/m0, T-1\n"
        "\n"
        "  ? 2 unknown: 503\n"
        f"      {TASKS.address('a')}\n"
        f"      {TASKS.address('e')}\n"
        "\n"
        "  ? 1 unknown: other\n"
        f"      {TASKS.address('d')}\n"
        "\n"
        "Narrowed to account/acme-crm.\n"
        "Warning: slow\n"
        "Audit log: audit/r2.jsonl\n"
        "\n"
        "Recheck: 1 still gone, 1 returned, 3 unknown.\n"
    )


def test_of_each_account_fifty_targets_are_shown_and_all_of_them_if_asked() -> None:
    seen = {f"s{number:03}": present() for number in range(40)}
    unread = {f"u{number:03}": UNKNOWN for number in range(20)}
    returns = Returns([a_reread({**seen, **unread}), a_reread({"x": UNKNOWN}, RECORDS)])
    short, whole = text(returns), text(returns, full=True)
    assert short.count(" has returned\n") == 40
    assert short.count(f"      {TASKS.prefix}") == 10
    assert "  … and 10 more (--full shows all)\n" in short
    assert f"      {RECORDS.address('x')}\n" in short
    assert whole.count(f"      {TASKS.prefix}") == 20
    assert "more (--full" not in whole


def test_a_cause_is_told_even_where_there_is_no_room_for_its_targets() -> None:
    seen = {f"s{number:03}": present() for number in range(60)}
    short = text(Returns([a_reread({**seen, "u": UNKNOWN})]))
    assert short.count(" has returned\n") == 50
    assert "  ? 1 unknown: 503\n" in short
    assert "  … and 11 more (--full shows all)\n" in short


def test_what_kept_it_from_being_written_down_is_an_error_of_the_document() -> None:
    trouble = UnrecordedError("The ledger cannot be written", detail="full", hint="Free the disk.")
    document = "".join(recheck_json(report(Returns([]), trouble), trouble.exit_code))
    assert document.endswith(
        '"errors":[{"summary":"The ledger cannot be written","detail":"full",'
        '"hint":"Free the disk."}],"exit_code":74,"failure_reason":"unrecorded"}\n'
    )
