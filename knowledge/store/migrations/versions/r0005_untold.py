"""Questions: what those who asked are to be told, and who has not been told yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Give questions their news and askers a mark; whoever asked what was closed earlier is told nothing."""
    op.add_column("questions", sa.Column("news", sa.Text))
    op.add_column("askers", sa.Column("untold", sa.Boolean, nullable=False, server_default=sa.false()))
