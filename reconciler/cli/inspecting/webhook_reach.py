"""Whether the receiver of status calls is reached at its public address, and shares the ledger."""

import secrets

from reconciler.application.ports import DEADLINE
from reconciler.cli.session import Session
from reconciler.domain.checkup.checks import Check, refused
from reconciler.domain.checkup.machine import WEBHOOK, webhook_check
from reconciler.errors import UnrecordedError
from reconciler.ledger.database import Database
from reconciler.ledger.hooks import Hooks
from reconciler.transport.auth import HeaderAuth
from reconciler.transport.http import Http, Route
from reconciler.transport.wire import Call, LostError, UnsentError

_PROBE = frozenset({Route("HEAD", "/hooks/[A-Za-z0-9_-]{43}")})


async def reach(session: Session, database: Database) -> Check:
    """Call the receiver as an account would first, with a token that only this ledger knows."""
    url = session.settings.get("WEBHOOK_URL")
    hooks = Hooks(database, f"doctor-{secrets.token_hex(8)}", url)
    http = Http(url, _PROBE, auth=HeaderAuth({}), transport=session.transport)
    try:
        call = Call(method="HEAD", path=f"/hooks/{hooks.probe()}")
        answer = await http.send(call, deadline=DEADLINE)
    except UnrecordedError as error:
        return refused(WEBHOOK, error)
    except (UnsentError, LostError) as error:
        return webhook_check(url, 0, str(error))
    finally:
        await http.close()
    return webhook_check(url, answer.status)
