"""What reached the sandbox, in the order in which it came."""

from dataclasses import asdict, dataclass

from reconciler.sandbox.database import Database


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request that reached the sandbox."""

    time: float
    method: str
    path: str
    query: str
    status: int
    """What was answered; 0 while there is no answer, and where there never was one."""
    size: int
    """Identifiers in the body of a deletion; 0 for every other request."""
    system: str
    """``leadsquared`` or ``talkdesk``."""


class Journal(Database):
    """The arrivals of all requests."""

    def arrive(self, arrival: Arrival) -> int:
        """Note a request before anything is done about it; return its number."""
        return self._note(
            "INSERT INTO arrivals (time, method, path, query, status, size, system)"
            " VALUES (:time, :method, :path, :query, :status, :size, :system)",
            asdict(arrival),
        )

    def answered(self, number: int, status: int) -> None:
        """Note what a request is answered with."""
        self._note(
            "UPDATE arrivals SET status = :status WHERE number = :number",
            {"number": number, "status": status},
        )

    def arrivals(self) -> list[Arrival]:
        """Return every request that reached the sandbox, the first one first."""
        columns = "time, method, path, query, status, size, system"
        rows = self._rows("SELECT", columns, "FROM arrivals ORDER BY number")
        return [Arrival(*row) for row in rows]
