"""A ledger opened for reading: nothing is created, upgraded or written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from reconciler.errors import UnrecordedError
from reconciler.ledger.engines import make_engine
from reconciler.ledger.schema import about


@contextmanager
def read_only(url: str) -> Iterator[Connection | None]:
    """Give a connection that cannot write; None where there is no ledger yet.

    Raises UnrecordedError for what is no ledger.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        if not path.is_file():
            yield None
            return
        name = str(path)
        place = quote(str(path.resolve()))
        engine = create_engine(f"sqlite:///file:{place}?mode=ro&uri=true", poolclass=NullPool)
    else:
        engine, name = make_engine(url)
    try:
        with engine.begin() as connection:
            if engine.dialect.name != "sqlite":
                connection.execute(text("SET TRANSACTION READ ONLY"))
                if not inspect(connection).has_table(about.name):
                    yield None
                    return
            # A file that is something else shows it here.
            connection.execute(select(about.c.version)).one()
            yield connection
    except SQLAlchemyError as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise UnrecordedError("The ledger cannot be read", detail=f"{name}: {cause}") from error
    finally:
        engine.dispose()
