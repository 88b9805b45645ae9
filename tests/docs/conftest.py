"""The in-memory Discord of the handlers' tests, for what the pages say is typed there."""

from __future__ import annotations

from tests.handlers.conftest import *  # noqa: F403  (all fixtures: some stand on others)
