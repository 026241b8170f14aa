"""``audit certificate``: what is asked for, and what the log proves of it."""

import re
from dataclasses import dataclass, replace

from reconciler import __version__
from reconciler.application.clock import SystemClock, stamp
from reconciler.audit.certificate import Certificate, grounds_of, runs_told
from reconciler.audit.chain import canonical
from reconciler.audit.completing import companions
from reconciler.audit.course import left_of, told_of
from reconciler.audit.erasure import LeftAlone, Told, Wanted
from reconciler.audit.findings import Kind
from reconciler.audit.notes import Signer, signature_line
from reconciler.audit.verify import Verified
from reconciler.cli.auditing.audit_log import Auditing, code_of
from reconciler.domain.document import FORMAT_VERSION
from reconciler.domain.fingerprint import FingerprintKey, key_from
from reconciler.domain.identifiers import External, Identifier, Phone
from reconciler.domain.pseudonyms import pseudonyms
from reconciler.errors import ExitCode, StaleError, UsageError, weightiest
from reconciler.ledger.selected import selected_by
from reconciler.views.text.audit import checkpoint_words
from reconciler.views.text.certificate import certificate_text

_PHONE = re.compile(r"\+[0-9]{5,15}")
_EXTERNAL = re.compile(r"([^:/\s]+):(\S+)")
_SYSTEMS = ("leadsquared/", "talkdesk/")


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate, and the code that it ends in."""

    certificate: Certificate
    code: ExitCode


def certify(auditing: Auditing, *, ticket: str, target: str, run_id: str) -> Certified:
    """Return what the log proves of a ticket, a target, a run, or what is of all that are named.

    Raises UsageError where nothing was sent that is, StaleError for a log that is broken.
    """
    if not (ticket or target or run_id):
        raise UsageError("A certificate is of something: pass --ticket, --target or --run")
    asked = {"run": run_id, "ticket": ticket}
    wanted = Wanted(run_id=run_id, ticket=ticket)
    if target:
        wanted, asked["target"] = _of_target(auditing, target, wanted)
    whole = auditing.check(auditing.log)
    _refuse_broken(whole)
    told, left = _told(auditing, wanted)
    if not told:
        raise UsageError(
            "Nothing that was sent is that",
            hint="What was absent before anything was sent is not in the log; see "
            "reconciler history.",
        )
    run_ids = runs_told(told, left)
    log = auditing.log.only(companions(auditing.log, run_ids))
    verified = auditing.check(log)
    runs = {one.run_id: one for one in log.runs}
    certificate = Certificate(
        asked={name: value for name, value in asked.items() if value},
        issued_at=stamp(SystemClock().time()),
        tool=f"reconciler {__version__}",
        told=told,
        left=left,
        grounds=list(grounds_of(run_ids, runs)),
        findings=verified.findings,
        checkpoints=checkpoint_words(verified),
    )
    open_ones = [ExitCode.INCOMPLETE] if certificate.unproven or certificate.not_sent else []
    return Certified(certificate, weightiest([*open_ones, code_of(verified)]))


def _refuse_broken(verified: Verified) -> None:
    broken = [one for one in verified.findings if one.kind is Kind.BROKEN]
    if broken:
        raise StaleError(
            "The audit log is broken, so nothing can be certified by it",
            detail="\n".join(f"{one.file}:{one.line}: {one.message}" for one in broken),
            hint="See reconciler audit verify.",
        )


def _told(auditing: Auditing, wanted: Wanted) -> tuple[list[Told], list[LeftAlone]]:
    lines = {one.run_id: one.lines for one in auditing.log.runs if one.lines}
    try:
        return told_of(lines, wanted), left_of(lines, wanted)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StaleError(
            "The audit log tells what this version does not understand",
            hint="Use the version of reconciler that wrote it.",
        ) from error


def _of_target(auditing: Auditing, target: str, wanted: Wanted) -> tuple[Wanted, str]:
    """Return what a target selects, and what it is called where others may read it."""
    if target.startswith(_SYSTEMS):
        address = target.lower()
        return replace(wanted, addresses={address}), address
    identifier = _identifier(target)
    secrets = auditing.settings.pii_keys
    if not secrets:
        raise UsageError(
            "Phone numbers and external ids are found by their pseudonyms",
            hint="Set RECONCILER_PII_KEY as it was set then, or pass an address.",
        )
    marks = [pseudonyms((one,)).of(identifier) for one in secrets]

    def keys_of(account: str) -> list[FingerprintKey]:
        return [key_from(one, f"account {account}") for one in secrets]

    addresses = selected_by(auditing.ledger_url, identifier, keys_of)
    return replace(wanted, addresses=addresses, marks=marks), marks[0]


def _identifier(target: str) -> Identifier:
    if _PHONE.fullmatch(target):
        return Phone(target)
    if found := _EXTERNAL.fullmatch(target):
        return External(found[1], found[2])
    raise UsageError(
        "--target is an address, a phone number such as +14155550100, or PROVIDER:ID",
        hint="Addresses are as reconciler history shows them.",
    )


def signed_text(certified: Certified, signer: Signer | None) -> str:
    """Return the certificate as people read it; a signed note where there is a key."""
    text = "".join(certificate_text(certified.certificate, signed=signer is not None))
    return f"{text}\n{signature_line(signer, text.encode())}" if signer else text


def signed_json(certified: Certified, signer: Signer | None) -> str:
    """Return the certificate as one canonical JSON object.

    What is signed is the object without ``signatures``, in that form, with a line feed.
    """
    code = certified.code
    fields = {
        "format_version": FORMAT_VERSION,
        **certified.certificate.body(),
        "exit_code": int(code),
        "failure_reason": code.failure_reason,
    }
    lines = [signature_line(signer, canonical(fields) + b"\n").rstrip()] if signer else []
    return canonical({**fields, "signatures": lines}).decode() + "\n"
