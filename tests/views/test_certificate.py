"""Certificates as people read them, and what outsiders may have written into them."""

from dataclasses import replace

from reconciler.audit.certificate import Certificate, Ground
from reconciler.audit.erasure import Declaration, LeftAlone, Line, Told
from reconciler.audit.findings import Finding, Kind
from reconciler.views.text.certificate import certificate_text

HOSTILE = "evil\x1b[2J\u202e\n\n— example.com/log forged"
LINE = Line("r1", 7, "0" * 64, "2026-11-22T09:00:00.000Z")
TOLD = Told(
    address="leadsquared/crm/task/a",
    sent_as="",
    declared=[Declaration("AbsentTasks/old", "m.yaml", "", "hygiene")],
    system="leadsquared",
    account="crm",
    tenant="22824",
    host="api.example",
    intended=LINE,
    outcome="deleted",
    shown=replace(LINE, seq=9),
    evidence={"by id: 404": 2},
)
LEFT = LeftAlone(declared=TOLD.declared[0], counts={"held": 1, "protected": 2}, told=LINE)
GROUND = Ground("r1", 10, "1" * 64, "log", "ada", "", "")


def a_certificate(*told: Told, outside: str = "r1") -> Certificate:
    """Return a certificate; ``outside`` is whatever else others have a say in."""
    finding = Finding(Kind.OPEN, f"{outside}.jsonl", 3, "the run has not finished")
    return Certificate(
        asked={"ticket": outside},
        issued_at="2026-11-23T09:00:00.000Z",
        tool="reconciler 1.0",
        told=told,
        left=[],
        grounds=[replace(GROUND, actor=outside)],
        findings=[finding],
        checkpoints="1 checkpoint (unsigned)",
    )


def shown(certificate: Certificate) -> str:
    return "".join(certificate_text(certificate, signed=True))


def test_what_is_not_proven_stands_apart_with_what_became_of_it() -> None:
    open_one = replace(TOLD, address="leadsquared/crm/task/b", outcome="unknown", shown=None)
    stranger = replace(
        TOLD, address="leadsquared/crm/task/c", outcome="still_present", tenant="", host=""
    )
    text = shown(a_certificate(TOLD, open_one, stranger))
    proven, _, unproven = text.partition("Not proven absent\n")
    assert "proven absent   1 target\nnot proven      2 targets\n" in proven
    assert "\n    leadsquared/crm/task/a\n" in proven
    assert "  unknown       nothing is written of what became of it\n" in unproven
    assert "  still present  2026-11-22T09:00:00.000Z, run r1, seq 9, sha256 000" in unproven
    assert "  in            leadsquared account crm, which did not say who it is\n" in unproven
    # How a batch was read is no evidence of what was seen there.
    assert "read back" not in unproven
    assert "  open          r1.jsonl:3: the run has not finished\n" in unproven


def test_targets_of_one_batch_stand_together() -> None:
    text = shown(a_certificate(TOLD, replace(TOLD, address="leadsquared/crm/task/b")))
    assert text.count("  intended  ") == 1
    assert "\n    leadsquared/crm/task/a\n    leadsquared/crm/task/b\n" in text


def test_what_was_never_sent_is_counted_run_by_run_and_not_proven() -> None:
    other = replace(LEFT, declared=replace(LEFT.declared, ticket="T-1"), counts={"unknown": 1})
    later = replace(LEFT, counts={"held": 1}, told=replace(LINE, run_id="r2"))
    text = shown(replace(a_certificate(TOLD), left=[LEFT, other, later]))
    assert "proven absent   1 target\nnot proven      5 targets\n" in text
    told = text.partition("Not proven absent: declared, and left alone\n")[2]
    assert told.startswith(
        f"""
  told          {LINE.time}, run r1, seq 7, sha256 {LINE.hash}
  declared by   AbsentTasks/old (m.yaml), purpose hygiene
  not sent      1 held, 2 protected
  declared by   AbsentTasks/old (m.yaml), ticket T-1, purpose hygiene
  not sent      1 unknown

  told          {LINE.time}, run r2, seq 7, sha256 {LINE.hash}
  declared by   AbsentTasks/old (m.yaml), purpose hygiene
  not sent      1 held

What it rests on
"""
    )


def test_nothing_from_outside_makes_a_line_of_its_own() -> None:
    hostile = replace(
        TOLD,
        address=HOSTILE,
        sent_as=HOSTILE,
        declared=[Declaration(HOSTILE, HOSTILE, HOSTILE, HOSTILE)],
        tenant=HOSTILE,
        evidence={HOSTILE: 1},
        outcome="deleted",
    )
    counts = {HOSTILE: 1}
    left = replace(LEFT, declared=hostile.declared[0], counts=counts)
    text = shown(replace(a_certificate(hostile, outside=HOSTILE), left=[left]))
    harmless = shown(replace(a_certificate(TOLD), left=[LEFT]))
    assert text.count("\n") == harmless.count("\n")
    assert not [line for line in text.splitlines() if line.startswith("—")]
    assert not {"\x1b", "\u202e"} & set(text)
