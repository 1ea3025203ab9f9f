"""Automatic persisted queries by Apollo Client and urql over HTTP, and by graphql-ws over a lost connection."""

import pytest

from models.statuses import ProductionStatus
from tests.clients.client_process import client_process, client_processes
from tests.clients.story import Story, transition_of
from tests.cuttable_proxy import Loss
from tests.factories import make_production, make_token, make_user

BY_HASH = ["extensions", "operationName", "variables"]
WITH_TEXT = ["extensions", "operationName", "query", "variables"]
