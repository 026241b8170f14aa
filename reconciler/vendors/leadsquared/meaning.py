"""What the answer to one task by id means: the task, gone, or nothing that proves anything."""

import re
from typing import Any

from reconciler.domain.live import Evidence
from reconciler.vendors.by_id import Gone, Meaning, Odd
from reconciler.vendors.leadsquared import api, rows
from reconciler.vendors.leadsquared.gathering import View
from reconciler.vendors.verdicts import Reply

_MX_UNKNOWN = re.compile(r"MXUnknown\w*Exception", re.ASCII)
_OK, _NOT_FOUND, _SERVER_ERROR = 200, 404, 500
_EVIDENCE = Evidence("id", "200 with the task")


def meaning(reply: Reply, task_id: str, view: View) -> Meaning:
    """Return what an answer means; only listed spellings mean gone."""
    body, status = reply.body, reply.status
    if status == _NOT_FOUND:
        return Gone("404")
    if status == _SERVER_ERROR and _MX_UNKNOWN.fullmatch(api.exception_type(reply)):
        return Gone(f"500 {api.exception_type(reply)}")
    if status != _OK or api.is_error(body):
        return Odd(api.said(reply))
    if body in ([], {}):
        return Gone("200 []" if body == [] else "200 {}")
    row = _row_of(body, task_id)
    if row is None:
        return Odd("200 with something else than the task that was asked for")
    return view.present(row, _EVIDENCE)


def _row_of(body: Any, task_id: str) -> dict[str, Any] | None:  # noqa: ANN401 - parsed JSON
    """Return the row of the task, alone or among others, in a list or bare."""
    found = [body] if rows.task_id(body) else rows.listed(body)
    return next((row for row in found if rows.task_id(row) == task_id), None)
