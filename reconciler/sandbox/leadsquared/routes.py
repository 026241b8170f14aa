"""Which LeadSquared call goes where."""

from reconciler.sandbox import kinds
from reconciler.sandbox.leadsquared import answers
from reconciler.sandbox.leadsquared.account import Account
from reconciler.sandbox.leadsquared.deleting import Deletions
from reconciler.sandbox.leadsquared.listing import USERS_BY, Listings
from reconciler.sandbox.leadsquared.tasks import Tasks
from reconciler.sandbox.leadsquared.webhooks import Webhooks
from reconciler.sandbox.seed_data import APPOINTMENT, TO_DO
from reconciler.sandbox.world import Operation, Vendor, World

_CATEGORIES = {"RetrieveAppointments": APPOINTMENT, "RetrieveToDos": TO_DO}


def leadsquared(world: World, webhooks: Webhooks) -> Vendor:
    """Return the LeadSquared side of a world."""
    account = Account(world)
    faults = world.faults
    return Vendor(
        name=kinds.LEADSQUARED,
        limit=faults.leadsquared_limit,
        retry_after=faults.leadsquared_retry_after,
        operations=(
            Operation(
                kinds.DELETE_TASKS,
                "POST",
                "/v2/Task.svc/DeleteTasks",
                Deletions(world, account, webhooks).delete_tasks,
            ),
            *_account_operations(account),
            *_task_operations(Tasks(world, account)),
            *_listing_operations(Listings(world, account)),
        ),
        unknown=Operation(
            kinds.UNKNOWN_LEADSQUARED, "", "/v2/{path:path}", lambda _: answers.error(404)
        ),
        refuse=lambda limit: answers.over_limit(limit, int(faults.leadsquared_limit_mode)),
        admit=account.admit,
        error=answers.error,
        load_shedding=lambda: answers.error(503),
    )


def _account_operations(account: Account) -> list[Operation]:
    users = "/v2/UserManagement.svc"
    return [
        Operation(
            kinds.WHOAMI, "GET", "/v2/Authentication.svc/UserByAccessKey.Get", account.whoami
        ),
        Operation(kinds.USERS, "GET", f"{users}/Users.Get", account.list_users),
        Operation(kinds.USERS, "GET", f"{users}/User/Retrieve/ByUserId", account.one_user),
        Operation(
            kinds.TASK_TYPES, "GET", "/v2/Task.svc/RetrieveTaskType", account.list_task_types
        ),
    ]


def _task_operations(tasks: Tasks) -> list[Operation]:
    return [
        Operation(kinds.GET_TASK, "GET", "/v2/Task.svc/Retrieve.GetById", tasks.get),
        Operation(kinds.WRITE_TASK, "POST", "/v2/Task.svc/Create", tasks.create),
        Operation(kinds.WRITE_TASK, "POST", "/v2/Task.svc/Update", tasks.update),
        Operation(kinds.WRITE_TASK, "GET", "/v2/Task.svc/MarkComplete", tasks.complete),
    ]


def _listing_operations(listings: Listings) -> list[Operation]:
    return [
        Operation(kinds.LIST_TASKS, "POST", "/v2/Task.svc/Retrieve", listings.retrieve),
        Operation(
            kinds.TASKS_BY_LEAD,
            "GET",
            "/v2/LeadManagement.svc/RetrieveTaskByLeadId",
            listings.of_lead,
        ),
        *(
            Operation(
                kinds.TASKS_BY_USER,
                "POST",
                f"/v2/Task.svc/{name}/{users_by}",
                listings.by_users(category, users_by),
            )
            for name, category in _CATEGORIES.items()
            for users_by in USERS_BY
        ),
    ]
