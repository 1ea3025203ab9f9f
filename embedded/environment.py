"""The environment of child processes."""

import os
from collections.abc import Mapping

from embedded.ports import LOOPBACK


def python_environment(**settings: str) -> dict[str, str]:
    """This process's environment for a Python child, with `settings` on top.

    AWS settings of the person at the terminal (a session token, a profile, ~/.aws/config) must not reach the
    embedded servers' clients, and a proxy cannot reach loopback.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    direct = ",".join(
        filter(None, [os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), LOOPBACK, "localhost"])
    )
    ours = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": direct,
        "no_proxy": direct,
        "PYTHONUNBUFFERED": "1",
    }
    return {**inherited, **ours, **settings}


def bare_environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """For the server binaries: nothing of the person's own, so no setting of theirs changes how they run."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", **(settings or {})}
