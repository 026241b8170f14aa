"""What Talkdesk may do differently from what its papers say, or leave open."""

from typing import Literal, TypeAlias

from reconciler.sandbox.switch_values import Count, Flag, Seconds, Switches, Text

DeleteAnswer: TypeAlias = Literal["200", "202", "202_with_body", "400"]
Deleted: TypeAlias = Literal["as_answered", "all", "half", "half_silently", "none", "extra"]
Pages: TypeAlias = Literal[
    "honoured", "repeat", "skip", "shift", "short", "empty", "empty_middle", "no_next"
]
Gone: TypeAlias = Literal["404", "404_list", "stale", "empty_object", "null"]


class TalkdeskSwitches(Switches):
    """The switches of the Talkdesk side."""

    talkdesk_limit: Count = 10
    """Calls accepted in any 5 seconds, tokens included; 0 means any number."""
    talkdesk_limit_mode: Literal["rate_limit", "load_shedding"] = "rate_limit"
    """The body of a 429: code 0012001, or 0020017 with the field `retry-after`."""
    talkdesk_retry_after: Text = ""
    """Retry-After of 429 and 503, word for word; `auto` is the true wait, nothing sends none."""

    talkdesk_token_lifetime: Seconds = 599.0
    """How long an access token is good for."""
    talkdesk_token_revoked_after: Count = 0
    """Calls after which an access token is refused; 0 means never."""
    talkdesk_granted_scopes: Text = "record-lists:manage role-permissions:skip"
    """Scopes that the client may have; without record-lists:manage every call is a 403."""

    talkdesk_delete_answer: DeleteAnswer = "200"
    """What a bulk deletion answers: done, accepted (with or without a body), or refused."""
    talkdesk_deleted: Deleted = "as_answered"
    """What a deletion really deletes; `none` is the lie, `extra` is one record nobody named."""
    talkdesk_delete_delay: Seconds = 5.0
    """How long after a 202 the records are deleted."""
    talkdesk_bulk_maximum: Literal["100", "200"] = "100"
    """Identifiers in one bulk deletion; more are a 400."""
    talkdesk_reason: Flag = True
    """The bulk answer has `_embedded.reason`."""
    talkdesk_failed_records: Flag = True
    """The bulk answer has `_embedded.failed_records`."""
    talkdesk_total_deleted: Literal["right", "too_high", "too_low"] = "right"
    """What `total_deleted` of the bulk answer says."""
    talkdesk_mixed_kinds: Literal["refused", "accepted"] = "refused"
    """What identifiers of different kinds in one bulk deletion end in."""
    talkdesk_poison_id: Text = ""
    """An identifier of any kind that makes every bulk deletion with it a 400."""
    talkdesk_busy_id: Text = ""
    """A record in use: 422 when deleted alone, a bad parameter in a bulk deletion."""
    talkdesk_body_dropped: Flag = False
    """A proxy drops the bodies of DELETE requests."""
    talkdesk_phone_match: Literal["any", "first"] = "any"
    """Which numbers of a record an identifier by phone number is compared with."""
    talkdesk_single_delete: Literal["204", "202"] = "204"
    """What the deletions of one record, of a number and of an external id answer."""

    talkdesk_paging: Pages = "honoured"
    """What is wrong with the pages of a listing of records."""
    talkdesk_next_link: Literal["absolute", "relative", "foreign_host", "always"] = "absolute"
    """Where `_links.next` of a listing points to; `always`: on the last page to that page."""
    talkdesk_count: Literal["right", "too_high", "too_low", "page"] = "right"
    """What `count` and `total` of a listing of records say."""
    talkdesk_total: Flag = True
    """Listings have `total`, as the schema demands and its example does not."""
    talkdesk_records_count_lag: Seconds = 0.0
    """How long `records_count` of a list still counts deleted records."""
    talkdesk_list_lag: Seconds = 0.0
    """How long listings still show a deleted record."""
    talkdesk_get_lag: Seconds = 0.0
    """How long a deleted record can still be read alone."""
    talkdesk_gone: Gone = "404"
    """How a record that is not there is answered for; `stale` shows it for ever."""
    talkdesk_missing_list: Text = ""
    """A record list id that every call answers with 404."""
