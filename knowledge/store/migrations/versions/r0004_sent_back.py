"""Drafts: why a second moderator sent one back."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Give drafts a reason, which those that are there have none of."""
    op.add_column("drafts", sa.Column("sent_back", sa.Text, nullable=False, server_default=json.dumps("")))
