"""Whose access key it is, and who else works in the account."""

from uuid import NAMESPACE_URL, uuid5

from starlette.responses import JSONResponse, Response

from reconciler.sandbox.call import Call
from reconciler.sandbox.credentials import ACCESS_KEY, ORG_ID, ORG_SHORT_CODE, SECRET_KEY
from reconciler.sandbox.database import Document
from reconciler.sandbox.leadsquared import answers
from reconciler.sandbox.world import World

ADMINISTRATOR = "Administrator"


class Account:
    """The account, its users and its task types."""

    def __init__(self, world: World) -> None:
        self._store = world.store
        self._faults = world.faults

    def admit(self, call: Call) -> Response | None:
        """Refuse a call without the right keys, in headers or in the query."""
        given = (
            call.headers.get("x-lsq-accesskey") or call.text("accessKey"),
            call.headers.get("x-lsq-secretkey") or call.text("secretKey"),
        )
        # Keys stop working with the user that they belong to.
        good = given == (ACCESS_KEY, SECRET_KEY) and not self.users()[0]["StatusCode"]
        return None if good else answers.error(401)

    def users(self) -> list[Document]:
        """Return all users; the first one has the access key, and the role of the switch."""
        first, *others = self._store.users()
        return [{**first, "Role": self._faults.leadsquared_role}, *others]

    def restricted_to(self) -> str | None:
        """Return the id of the only owner whose tasks the key sees, or None."""
        key_owner = self.users()[0]
        return None if key_owner["Role"] == ADMINISTRATOR else key_owner["ID"]

    def whoami(self, call: Call) -> Response:
        """UserByAccessKey.Get: the key's user and its account."""
        user = self.users()[0]
        tenant = self._faults.leadsquared_tenant
        usual = tenant == ORG_SHORT_CODE
        return JSONResponse(
            {
                "Id": user["ID"],
                "Name": f"{user['FirstName']} {user['LastName']}",
                "Role": user["Role"],
                "EmailAddress": user["EmailAddress"],
                "TimeZone": "Asia/Kolkata",
                "Type": "ApplicationUser",
                "OrgDisplayName": "Sandbox",
                "OrgId": ORG_ID if usual else str(uuid5(NAMESPACE_URL, tenant)),
                "OrgShortCode": tenant,
                "OrgUniqueName": f"t{tenant}",
                "UserType": "Regular",
                "LSQCommonServiceURLs": {"api": f"{call.origin}/v2/"},
            }
        )

    def list_users(self, _: Call) -> Response:
        """Users.Get: active and inactive users."""
        return JSONResponse(self.users())

    def one_user(self, call: Call) -> Response:
        """User/Retrieve/ByUserId: an active user, or an empty list."""
        wanted = call.text("userId").lower()
        found = [user for user in self.users() if user["ID"] == wanted and not user["StatusCode"]]
        return JSONResponse([{"UserId": user["ID"], **user} for user in found])

    def list_task_types(self, call: Call) -> Response:
        """RetrieveTaskType: all types, or those with a value in a column."""
        columns = {"TaskTypeId": "Id", "TaskName": "Name", "Category": "Category"}
        column, value = call.text("ColumnName"), call.text("ColumnValue")
        if column and column not in columns:
            return answers.invalid("ColumnName")
        return JSONResponse(
            [
                found
                for found in self._store.task_types()
                if not column or str(found[columns[column]]) == value
            ]
        )
