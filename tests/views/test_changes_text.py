"""How a change of the manifests is told."""

from reconciler.domain.absences import Absences, Manifest
from reconciler.domain.accounts import Container, System
from reconciler.domain.changes.difference import Change, Changes, Difference
from reconciler.views.text.changes import changes_text
from reconciler.views.text.lines import render

CRM = Container(System.LEADSQUARED, "crm")
DIALER = Container(System.TALKDESK, "dialer", "l-1")


def text(changes: Changes, *, full: bool = False) -> str:
    return "".join(render(changes_text(changes, "main", full=full), color=False))


def difference(count: int, *, in_base: bool = False) -> Difference:
    """Return so many targets of one manifest."""
    manifest = Manifest(
        kind="AbsentTasks", name="old", file="m/a.yaml", line=1, owner="ops", reason="x"
    )
    ids = [f"{number:03}" for number in range(count)]
    absences = Absences(CRM, [manifest], ids, manifest=[0] * count, line=range(10, 10 + count))
    return Difference(absences=absences, positions=range(count), in_base=in_base)


def a_change(number: int, **fields: str) -> Change:
    values = {"account": "crm", "manifest": "Protection/keep", "place": "m/p.yaml:1", **fields}
    return Change(subject=f"task {number}", **values)  # type: ignore[arg-type]  # texts by name


def test_no_change_is_one_line() -> None:
    assert text(Changes()) == "Compared with main: 0 newly declared, 0 withdrawn, 0 loosened.\n"


def test_the_first_20_of_each_manifest_are_shown_and_all_in_full() -> None:
    changes = Changes(
        introduced=[difference(21)],
        withdrawn=[difference(22, in_base=True)],
        loosened=[*(a_change(n) for n in range(23)), a_change(99, manifest="Protection/more")],
    )
    told = text(changes)
    assert told.splitlines()[0] == "Loosened:"
    assert "  Protection/keep, account crm: 23\n    ! task 0  m/p.yaml:1\n" in told
    assert "    ! task 19  m/p.yaml:1\n      … and 3 more (--full shows all)\n" in told
    assert "  Protection/more, account crm: 1\n    ! task 99  m/p.yaml:1\n\nNewly" in told
    assert "Newly declared:\n  AbsentTasks/old, in leadsquared/crm: 21\n    + 000  " in told
    assert "    + 019  m/a.yaml:29\n      … and 1 more" in told
    assert "    - 019  m/a.yaml:29 in the base\n      … and 2 more" in told
    assert told.splitlines()[-1] == (
        "Compared with main: 21 newly declared, 22 withdrawn, 24 loosened."
    )
    told = text(changes, full=True)
    assert "more (--full" not in told
    assert told.count("    + ") == 21


def test_what_has_no_place_has_none_and_how_it_differs_is_told() -> None:
    told = text(Changes(loosened=[a_change(1, place="", words="is no\u202elonger protected")]))
    assert "    ! task 1: is no\\u{202e}longer protected\n" in told


def test_the_record_list_stands_above_its_records_and_identifiers() -> None:
    manifest = Manifest(
        kind="AbsentRecords", name="out", file="m/a.yaml", line=1, owner="ops", reason="x"
    )
    absences = Absences(DIALER, [manifest], ["001"], manifest=[0], line=[10])
    subjects = ("phone number ***0100", "where timezone a/b; at most 5")
    others = [
        Change(
            account="dialer",
            manifest="AbsentRecords/out",
            place="m/a.yaml:11",
            subject=f"talkdesk/dialer/l-1/{subject}",
        )
        for subject in subjects
    ]
    told = text(Changes(introduced=[Difference(absences=absences, positions=[0], others=others)]))
    assert told.startswith(
        """\
Newly declared:
  AbsentRecords/out, in talkdesk/dialer/l-1: 3
    + 001  m/a.yaml:10
    + phone number ***0100  m/a.yaml:11
    + where timezone a/b; at most 5  m/a.yaml:11
"""
    )
