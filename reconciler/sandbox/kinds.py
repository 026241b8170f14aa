"""The kinds of calls that failures can be aimed at."""

WHOAMI = "leadsquared_whoami"
DELETE_TASKS = "leadsquared_delete"
LIST_TASKS = "leadsquared_list"
GET_TASK = "leadsquared_get"
TASKS_BY_LEAD = "leadsquared_by_lead"
TASKS_BY_USER = "leadsquared_by_user"
TASK_TYPES = "leadsquared_types"
USERS = "leadsquared_users"
WRITE_TASK = "leadsquared_write"
UNKNOWN_LEADSQUARED = "leadsquared_unknown"

TOKEN = "talkdesk_token"  # noqa: S105 - the name of a kind of call
RECORD_LISTS = "talkdesk_lists"
LIST_RECORDS = "talkdesk_list"
GET_RECORD = "talkdesk_get"
DELETE_RECORDS = "talkdesk_delete"
DELETE_RECORD = "talkdesk_delete_one"
WRITE_RECORD = "talkdesk_write"
UNKNOWN_TALKDESK = "talkdesk_unknown"

LEADSQUARED = "leadsquared"
TALKDESK = "talkdesk"
ANY = "any"

KINDS = (
    *(ANY, LEADSQUARED, TALKDESK),
    *(WHOAMI, DELETE_TASKS, LIST_TASKS, GET_TASK, TASKS_BY_LEAD, TASKS_BY_USER),
    *(TASK_TYPES, USERS, WRITE_TASK, UNKNOWN_LEADSQUARED),
    *(TOKEN, RECORD_LISTS, LIST_RECORDS, GET_RECORD, DELETE_RECORDS, DELETE_RECORD),
    *(WRITE_RECORD, UNKNOWN_TALKDESK),
)
"""Every kind, and the three that stand for many."""


def is_kind(kind: str, wanted: str) -> bool:
    """Tell whether a call of a kind is meant by the kind of a rule."""
    return wanted in {ANY, kind} or (wanted in {LEADSQUARED, TALKDESK} and kind.startswith(wanted))
