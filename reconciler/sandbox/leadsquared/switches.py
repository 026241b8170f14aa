"""What LeadSquared may do differently from what its papers say, or leave open."""

from typing import Literal, TypeAlias

from reconciler.sandbox.credentials import ORG_SHORT_CODE
from reconciler.sandbox.switch_values import Count, Flag, Seconds, Switches, Text, Times

Paging: TypeAlias = Literal["honoured", "ignored", "clamped"]
OddIds: TypeAlias = Literal["ignored", "counted", "job_refused", "request_refused_400"]
DeleteAnswer: TypeAlias = Literal[
    "counts",
    "queued",
    "empty",
    "error200",
    "mx500",
    "html",
    "hang_after_accepting",
    "cut_after_accepting",
    "cut_body",
]
Deleted: TypeAlias = Literal["as_answered", "all", "half", "half_silently", "none", "extra"]
Webhook: TypeAlias = Literal["sent", "off", "late", "twice", "head_first", "wrong_counts"]
Gone: TypeAlias = Literal["empty_list", "empty_object", "404", "mx500", "stale", "error200", "null"]


class LeadSquaredSwitches(Switches):
    """The switches of the LeadSquared side."""

    leadsquared_limit: Count = 25
    """Calls accepted in any 5 seconds; 0 means any number."""
    leadsquared_bulk_limit: Count = 0
    """Calls of DeleteTasks accepted in any 5 seconds, besides the limit on all calls."""
    leadsquared_limit_mode: Literal["429", "403", "200"] = "429"
    """The status that a call above the limit is answered with."""
    leadsquared_retry_after: Text = ""
    """Retry-After of 429 and 503, word for word; `auto` is the true wait, nothing sends none."""

    leadsquared_delete_answer: DeleteAnswer = "counts"
    """What DeleteTasks answers at once; error200 and mx500 refuse, the others accept."""
    leadsquared_deleted: Deleted = "as_answered"
    """What the job really deletes; `none` is the lie, `extra` is one task nobody named."""
    leadsquared_delete_delay: Seconds = 2.0
    """How long after its answer the job of DeleteTasks runs."""
    leadsquared_oversize: Literal["400", "mx500", "first_5000"] = "400"
    """What more than 5,000 ids in one request end in."""
    leadsquared_unknown_ids: OddIds = "ignored"
    """What ids of no task do to a DeleteTasks request."""
    leadsquared_malformed_ids: OddIds = "request_refused_400"
    """What ids that are no GUID do to a DeleteTasks request."""
    leadsquared_failure_reason: Text = ""
    """FailureReason in the counts, instead of null."""
    leadsquared_webhook: Webhook = "sent"
    """How StatusWebhookURL is called when the job is done; only loopback URLs ever are."""

    leadsquared_paging: Paging = "honoured"
    """Task.svc/Retrieve: paging as asked, always the first page, or at most 25 rows."""
    leadsquared_window_paging: Paging = "honoured"
    """The same for the six listings of appointments and to-dos."""
    leadsquared_foreign_rows: Flag = False
    """Task.svc/Retrieve also lists tasks of other owners."""
    leadsquared_duplicate_rows: Times = 1
    """How often each row comes in Task.svc/Retrieve."""
    leadsquared_missing_status: Flag = False
    """Rows come without StatusCode."""
    leadsquared_record_count: Literal["total", "page", "too_high", "too_low"] = "total"
    """What RecordCount of a listing counts."""
    leadsquared_unstable_order: Flag = False
    """Rows with the same sort value change places from page to page."""
    leadsquared_date_field: Literal["due", "created", "modified"] = "due"
    """The date that FromDate and ToDate are compared with."""
    leadsquared_hides_inactive_owners: Flag = False
    """Listings leave out the tasks of inactive users."""
    leadsquared_list_lag: Seconds = 0.0
    """How long listings still show a deleted task."""
    leadsquared_get_lag: Seconds = 0.0
    """How long Retrieve.GetById still shows a deleted task."""
    leadsquared_gone: Gone = "empty_list"
    """How Retrieve.GetById answers for a task that is not there; `stale` shows it for ever."""

    leadsquared_role: Literal["Administrator", "Sales_User"] = "Administrator"
    """Role of the access key's user; a Sales_User sees and deletes only its own tasks."""
    leadsquared_tenant: Text = ORG_SHORT_CODE
    """OrgShortCode of the account; another one has another OrgId too."""
