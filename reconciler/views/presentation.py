"""What a view is told beside the document that it renders."""

from dataclasses import dataclass

from reconciler.errors import ExitCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """How, and as part of what, a document is shown."""

    code: ExitCode = ExitCode.DONE
    """What the command ends in."""
    full: bool = False
    """Whether every item is wanted, however many."""
    approve: str = ""
    """The command that applies just this plan; empty where nobody is to be told."""
    plan_file: str = ""
    """The name of the file that has all of the plan; empty where it was not saved."""
    run_url: str = ""
    """Where the CI run is seen that shows it; empty outside CI."""
    preview: bool = False
    """Whether it is a pull request's plan, which is shown and never applied."""
