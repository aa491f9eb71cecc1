"""How Alembic runs the steps: on the connection that it is given, inside that connection's transaction."""

from alembic import context
from sqlalchemy import Connection

connection = context.config.attributes["connection"]
if not isinstance(connection, Connection):
    raise RuntimeError("Migrations run through gallery.database.migrate, which passes its connection")
context.configure(connection=connection, render_as_batch=connection.dialect.name == "sqlite")
context.run_migrations()
