"""One record at a time: how it is asked for, and what the answer means."""

from dataclasses import dataclass, replace

from reconciler.application.ports import UnreadableError
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import Evidence
from reconciler.domain.masking import Mask
from reconciler.vendors.by_id import Control, Gone, Meaning, Odd
from reconciler.vendors.calls import Caller
from reconciler.vendors.talkdesk import api, rows
from reconciler.vendors.verdicts import Reply

_OK, _NOT_FOUND = 200, 404
_GONE = Gone(f"404 {api.RECORD_NOT_FOUND}")
_EVIDENCE = Evidence("id", "200 with the record")


@dataclass(frozen=True, slots=True)
class Single:
    """Asks for records of one list by their ids."""

    caller: Caller
    list_id: str
    key: FingerprintKey
    mask: Mask

    async def calibrate(self, random_id: str) -> Control:
        """Learn whether the list answers for a record that surely is not in it as documented."""
        try:
            answer = await self.ask(random_id)
        except UnreadableError as error:
            return Control("", f"a random id had no usable answer: {error}", unread=str(error))
        if isinstance(answer, Gone):
            return Control(answer.spelling)
        said = answer.said if isinstance(answer, Odd) else "a record"
        return Control("", f"a random id was answered with {said}")

    async def ask(self, record_id: str) -> Meaning:
        """Ask for one record."""
        return self.meaning(await self.caller.read(api.record(self.list_id, record_id)), record_id)

    def meaning(self, reply: Reply, record_id: str) -> Meaning:
        """Return what an answer means; a 404 counts only with the code for records."""
        if reply.status == _NOT_FOUND and api.code(reply) == api.RECORD_NOT_FOUND:
            return _GONE
        if reply.status != _OK:
            return Odd(api.said(reply))
        if rows.record_id(reply.body, self.list_id) != record_id:
            return Odd("200 with something else than the record that was asked for")
        state = rows.present(reply.body, self.list_id, self.key, self.mask, _EVIDENCE)
        return replace(state, facts=rows.facts(reply.body, self.mask))
