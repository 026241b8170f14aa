"""The made-up people, task types and texts that the sandbox is filled with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A LeadSquared user."""

    first_name: str
    last_name: str
    role: str
    active: bool

    @property
    def email(self) -> str:
        """The address under a domain that belongs to nobody."""
        return f"{self.first_name}.{self.last_name}@example.com".lower()

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.first_name} {self.last_name}"


PEOPLE = (
    Person("Account", "Admin", "Administrator", active=True),
    Person("Agent", "One", "Sales_User", active=True),
    Person("Agent", "Two", "Sales_User", active=True),
    Person("Agent", "Three", "Sales_User", active=True),
    Person("Agent", "Four", "Sales_Manager", active=True),
    Person("Former", "One", "Sales_User", active=False),
    Person("Former", "Two", "Sales_User", active=False),
)
"""The sandbox's access key belongs to the first one."""

APPOINTMENT = 0
TO_DO = 1
TASK_TYPES = (
    ("Document Collection", TO_DO),
    ("Meeting", APPOINTMENT),
    ("Follow-up", TO_DO),
    ("Site Visit", APPOINTMENT),
)
TASK_STATUSES = (0, 0, 1, 0, 2, 0, 1, 0, 0, 0)
"""0 pending, 1 completed, 2 cancelled."""
TASK_DESCRIPTIONS = ("Collect the documents", "Call back", "", "Bring the contract")

LEADS = 12
SECOND_LIST_RECORDS = 20

RECORD_LISTS = (
    ("Spring campaign", "PHONE_NUMBER"),
    ("Callbacks", "NOTHING"),
)
FIRST_NAMES = ("Sample", "Example", "Demo", "Test", "Generic", "Placeholder", "Specimen")
TIMEZONES = ("America/New_York", "Europe/Lisbon", "Asia/Kolkata", "America/Los_Angeles")
PRIORITIES = (5, 1, 10, 7, 11)
"""11 is what records created by API get, although the papers allow 1 to 10."""
PHONE_TYPES = ("MOBILE", "OFFICE", "HOME")
AREA_CODES = ("415", "212", "312")
