"""What a misbehaving vendor makes of a plan: a scene, the plan of it, and what it must not say."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import httpx

from reconciler.application.assembling import assemble
from reconciler.application.planning import survey
from reconciler.application.ports import Reader
from reconciler.cli.commands.plan import exit_code
from reconciler.domain.absences import Absences, Declarations
from reconciler.domain.accounts import Account
from reconciler.domain.approval import Reviewed
from reconciler.domain.document import document
from reconciler.domain.plan import Action, Plan
from reconciler.errors import ExitCode, IdentityError
from tests.fakes.plans import circumstances
from tests.simulation import UNLIMITED
from tests.vendors.rig import Rig, answer, some_id


class Told(NamedTuple):
    """What a plan says of the targets that are there, and of those that are not."""

    live: str = "delete"
    """What is there as it was reviewed."""
    changed: str = "held"
    """What is there, and is not as it was reviewed."""
    gone: str = "absent"
    warned: bool = False
    """The plan has a warning."""
    unread: bool = False
    """What a rule selects, or whether an identifier selects anything, is unknown."""

    def __str__(self) -> str:
        said = f"live {self.live}, changed {self.changed}, gone {self.gone}"
        return said + ", warned" * self.warned + ", unread" * self.unread


SURE = Told()
"""What is there is seen, what is not is proven absent, and nothing has to be said."""
ASKED = Told(warned=True)
"""The same, by other evidence than what was asked first; that is said."""
OPEN = Told(gone="unknown", warned=True)
"""What is not there cannot be proven absent."""
PARTLY = Told(gone="unknown")
"""The same of some answers alone, which the items say."""
BLIND = Told(live="unknown", changed="unknown", gone="unknown")
"""Nothing is known of anything."""
STALE = Told(gone="held")
"""What is gone is shown as if it were there, though not as it was reviewed."""
UNREAD = Told(warned=True, unread=True)
"""What was asked by id is known; whether a rule selects more is not."""
REFUSED = Told(live="refused", changed="refused", gone="refused")
"""The account is not the declared one, or the key is not its own: exit 8."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One account as it is read in one way."""

    account: Account
    absences: Absences
    rig: Rig
    reader: Reader
    live: Collection[str]
    changed: Collection[str]
    gone: Collection[str]

    def plan(self, reviewed: Reviewed | None = None) -> Plan:
        """Plan over the live state as it answers now."""
        declarations = declared(self.account, self.absences)
        surveys = self.rig.clock.run(survey(declarations, {self.account.name: self.reader}))
        return assemble(declarations, surveys, circumstances(declarations), reviewed)

    def told(self, reviewed: Reviewed, there: Collection[str]) -> Told:
        """Return what a plan says in one word each, ``there`` being all that there is.

        Nothing of that may be absent, and nothing else be deleted.
        """
        try:
            plan = self.plan(reviewed)
        except IdentityError:
            return REFUSED
        check(plan)
        actions = actions_of(plan)
        assert not [one for one, action in actions.items() if action == "absent" and one in there]
        deleted = {one for one, action in actions.items() if action == "delete"}
        assert deleted <= {*there}.difference(self.changed)
        others = [one.action for account in plan.accounts for one in account.sections[0].remainders]
        return Told(
            live=_one(actions, self.live),
            changed=_one(actions, self.changed),
            gone=_one(actions, self.gone),
            warned=bool(warnings_of(plan)),
            unread=Action.UNKNOWN in others,
        )


def declared(account: Account, absences: Absences) -> Declarations:
    return Declarations(
        accounts={account.name: account},
        policies=[UNLIMITED],
        absences=[absences],
        manifests=absences.manifests,
        tree_digest="sha256:0",
    )


def actions_of(plan: Plan) -> dict[str, str]:
    """Return the action for each target, by id."""
    return {
        one: str(section.action(position))
        for account in plan.accounts
        for section in account.sections
        for position, one in enumerate(section.absences.ids)
    }


def warnings_of(plan: Plan) -> list[str]:
    return [text for account in plan.accounts for text in account.warnings]


def _one(actions: Mapping[str, str], ids: Collection[str]) -> str:
    said = {actions.get(one, "not found") for one in ids}
    return "/".join(sorted(said)) or "nothing"


def check(plan: Plan) -> None:
    """Hold what is always true against a plan: unknown has a reason, and ends in exit 7."""
    unknown = plan.counts()[Action.UNKNOWN]
    assert (exit_code(plan, changes_count=False) is ExitCode.INCOMPLETE) == bool(unknown)
    assert not (unknown and plan.applyable)
    for item in document(plan).items(None):
        if item["action"] == "unknown":
            assert item["reason"]
            assert item["reason"] != "not read"
        if item["action"] == "absent":
            assert item["evidence"]["answer"]


def reviewed(plan: Plan) -> Reviewed:
    """Return the deletions of a plan as somebody has reviewed them."""
    return Reviewed(
        {
            section.absences.container.prefix: {
                section.absences.ids[one]: section.fingerprint(one) for one in section.deletions()
            }
            for account in plan.accounts
            for section in account.sections
        }
    )


def ids(numbers: Collection[int]) -> list[str]:
    return sorted(map(some_id, numbers))


# -- answers that no paper knows, made anew whenever they are given

LOGIN = "<!doctype html><title>Sign in</title><form action='/login'></form>"
Answering: TypeAlias = Callable[[], httpx.Response]
"""Makes an answer; or raises what the wire does instead."""


def status(code: int, body: object = None, **headers: str) -> Answering:
    if body is None:
        return lambda: answer(code, raw=b"", **headers)
    return lambda: answer(code, body, **headers)


def text(body: bytes | str, code: int = 200) -> Answering:
    return lambda: answer(code, raw=body)


def encoded(body: bytes, encoding: str) -> Answering:
    """Give a body as it stands, and say that it is packed."""
    headers = {"Content-Encoding": encoding}
    return lambda: httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))


def broken(error: Callable[[str], Exception]) -> Answering:
    def fail() -> httpx.Response:
        raise error("gone")

    return fail


class _Chunks(httpx.AsyncByteStream):
    """A body that comes in so many pieces, some seconds apart."""

    def __init__(self, chunk: bytes, count: int, seconds: float) -> None:
        self._pieces = chunk, count, seconds

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunk, count, seconds = self._pieces
        for _ in range(count):
            await asyncio.sleep(seconds)
            yield chunk


def in_pieces(chunk: bytes, count: int, seconds: float) -> Answering:
    return lambda: httpx.Response(200, stream=_Chunks(chunk, count, seconds))


def packed(body: bytes) -> bytes:
    packing = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    return packing.compress(body) + packing.flush()


LARGEST = 100_000
"""Bytes of the largest answer that is taken where `small_answers` is used."""


NO_USE: dict[str, Answering] = {
    "201": status(201, []),
    "202": status(202),
    "204": status(204),
    "206": status(206, []),
    "302": status(302, location="http://evil.test/login"),
    "304": status(304),
    "400": status(400),
    "405": status(405),
    "409": status(409),
    "410": status(410),
    "422": status(422),
    "429 for ever": status(429),
    "429 for ever, Retry-After 0": status(429, retry_after="0"),
    "429 for ever, Retry-After -1": status(429, retry_after="-1"),
    "429 for ever, Retry-After 10^9": status(429, retry_after="1000000000"),
    "429 for ever, Retry-After a date in the past": status(
        429, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"
    ),
    "500 for ever": status(500),
    "502 for ever, a page": text(LOGIN, 502),
    "503 for ever": status(503),
    "503 for ever, Retry-After 10^9": status(503, retry_after="1000000000"),
    "504 for ever": status(504),
    "a login page with 200": text(LOGIN),
    "an empty body": text(b""),
    "null": text(b"null"),
    "false": text(b"false"),
    "a number": text(b"0"),
    "a text": text(b'"[]"'),
    "NaN": text(b"NaN"),
    "cut JSON": text(b'{"RecordCount": 9, "List": [{"UserTaskId"'),
    "half a character": text(b'{"RecordCount": 9, "code": "\xff'),
    "nested without end": text(b"[" * 100_000),
    "a list in a list": text(b"[[]]"),
    "a list of null": text(b"[null]"),
    "packed in a way that nobody asked for": encoded(packed(b"[]"), "br"),
    "said to be packed, and is not": encoded(b"[]", "gzip"),
    "packed and cut": encoded(packed(b"[]")[:-4], "gzip"),
    "packed, and too large": encoded(packed(bytes(2 * LARGEST)), "gzip"),
    "too large": in_pieces(bytes(LARGEST // 4), 5, 0.0),
    "too slow": in_pieces(b" ", 60, 1.0),
    "no answer in time": broken(httpx.ReadTimeout),
    "a connection that is cut": broken(httpx.ReadError),
    "a connection that is refused": broken(httpx.ConnectError),
    "a protocol error": broken(httpx.RemoteProtocolError),
}
"""Answers that say nothing of what was asked, whatever it was."""


def passing(first: Answering, times: int = 2) -> Callable[[], httpx.Response | None]:
    """Return an answer for the first few calls; None from then on, when all is well."""
    left = [first] * times
    return lambda: left.pop()() if left else None


def cuts(body: bytes) -> Iterator[bytes]:
    """Yield every true beginning of a body."""
    return (body[:length] for length in range(len(body)))
