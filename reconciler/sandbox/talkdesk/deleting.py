"""The deletions of records: in bulk, one, by number, by external id."""

from starlette.responses import Response

from reconciler.sandbox.call import Call
from reconciler.sandbox.database import Document
from reconciler.sandbox.talkdesk import answers
from reconciler.sandbox.talkdesk.identifiers import Findings, find, kinds_of
from reconciler.sandbox.world import World

_WRONG_BY = 1
_ACCEPTED = 202


class Deletions:
    """The calls that delete records."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._store = world.store
        self._faults = world.faults

    def bulk(self, call: Call, list_id: str) -> Response:
        """``DELETE /record-lists/{id}/records/bulks``: up to so many identifiers of one kind."""
        faults = self._faults
        body = self._batch(None if faults.talkdesk_body_dropped else call.body)
        if body is None:
            return answers.error(400)
        findings = find(self._store, faults, list_id, body, call.now)
        at_once = faults.talkdesk_delete_answer == "200"
        refuses = faults.talkdesk_delete_answer == "400"
        if refuses and faults.talkdesk_deleted == "as_answered":
            return answers.error(400)
        delay = 0.0 if at_once else faults.talkdesk_delete_delay
        claimed = self._delete(list_id, findings, call, delay)
        if refuses:
            return answers.error(400)
        if faults.talkdesk_delete_answer == "202":
            return Response(status_code=_ACCEPTED)
        answer = self._bulk_body(call, list_id, findings, claimed)
        return answers.hal(answer, 200 if at_once else _ACCEPTED)

    def one(self, call: Call, list_id: str) -> Response:
        """``DELETE /record-lists/{id}/records/{id_record}``: one record."""
        record_id = call.path["record_id"]
        if record_id == self._faults.talkdesk_busy_id:
            return answers.error(422)
        return self._small(call, list_id, {"id": record_id})

    def by_phone(self, call: Call, list_id: str) -> Response:
        """``DELETE /record-lists/{id}/records?phone_number=``: all records with a number."""
        number = call.text("phone_number")
        if not number:
            return answers.error(400)
        return self._small(call, list_id, {"phone_number": number})

    def by_external_id(self, call: Call, list_id: str) -> Response:
        """``DELETE /record-lists/{id}/external-records``: all records with an external id."""
        names = ("external_provider", "external_id")
        if not all(call.text(name) for name in names):
            return answers.error(400)
        return self._small(call, list_id, {name: call.text(name) for name in names})

    def _small(self, call: Call, list_id: str, identifier: Document) -> Response:
        findings = find(self._store, self._faults, list_id, [identifier], call.now)
        if not findings.victims:
            return answers.refusal(answers.RECORD_NOT_FOUND, 404)
        status = int(self._faults.talkdesk_single_delete)
        delay = self._faults.talkdesk_delete_delay if status == _ACCEPTED else 0.0
        self._delete(list_id, findings, call, delay)
        return Response(status_code=status)

    def _batch(self, body: object) -> list[Document] | None:
        """Return the identifiers of a bulk deletion; None where all of them are refused."""
        kinds = kinds_of(body)
        if kinds is None or not isinstance(body, list):
            return None
        mixed = len(kinds) > 1 and self._faults.talkdesk_mixed_kinds == "refused"
        poison = self._faults.talkdesk_poison_id
        poisoned = poison != "" and any(poison in element.values() for element in body)
        too_many = len(body) > int(self._faults.talkdesk_bulk_maximum)
        return None if mixed or poisoned or too_many else body

    def _delete(self, list_id: str, findings: Findings, call: Call, delay: float) -> int:
        """Delete what the switch lets; return how many the answer claims to have deleted."""
        mode = self._faults.talkdesk_deleted
        victims = claimed = findings.victims
        if mode == "none":
            victims = []
        elif mode.startswith("half"):
            victims = victims[: len(victims) // 2]
        elif mode == "extra":
            victims = victims + self._store.bystander_record(list_id, victims, call.now)
        if mode == "half":
            claimed = victims
            findings.failed_ids += findings.victims[len(victims) :]
        self._store.delete_records(
            list_id, victims, now=call.now, delay=delay, back=self._world.back
        )
        return len(claimed)

    def _bulk_body(self, call: Call, list_id: str, findings: Findings, claimed: int) -> Document:
        faults = self._faults
        wrong = {"right": 0, "too_high": _WRONG_BY, "too_low": -_WRONG_BY}
        errors = max(findings.errors, len(findings.failed_ids))
        record_list = f"{call.origin}/record-lists/{list_id}"
        embedded: Document = {}
        if faults.talkdesk_failed_records and findings.failed_ids:
            embedded["failed_records"] = [
                {"id": failed, "_links": {"self": {"href": f"{record_list}/records/{failed}"}}}
                for failed in findings.failed_ids
            ]
        reasons = {"bad_request_param": findings.bad, "record_not_found": findings.missing}
        if faults.talkdesk_reason and findings.errors:
            embedded["reason"] = {name: found for name, found in reasons.items() if found}
        return {
            "record_list_id": list_id,
            "has_errors": errors > 0,
            "total_errors": errors,
            "total_deleted": max(0, claimed + wrong[faults.talkdesk_total_deleted]),
            "_links": {
                "self": {"href": f"{record_list}/records"},
                "record_list": {"href": record_list},
            },
            "_embedded": embedded,
        }
