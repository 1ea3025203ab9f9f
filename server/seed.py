"""The demo user and space of a fresh installation."""

from contextlib import suppress
from pathlib import Path

import models
from models.statuses import SpaceRole, SpaceVisibility
from services.access_tokens import CredentialRefused, issue_access_token, read_credential
from services.create_space import create_space
from services.gateways.clock import SystemClock
from services.viewer import Viewer

EMAIL = "demo@airdate.invalid"


async def seed(data_dir: Path) -> str:
    """The demo user's access token, also kept in `<data dir>/token`; idempotent, and a lost or revoked
    token is replaced."""
    user, _ = await models.User.get_or_create(email=EMAIL, defaults={"name": "Demo"})
    if not await models.Space.exists(slug="demo"):
        await create_space(
            viewer=Viewer(user.id),
            name="Demo",
            slug="demo",
            description="Everything published here can be watched by everybody.",
            visibility=SpaceVisibility.PUBLIC,
        )
    space = await models.Space.get(slug="demo")
    await models.SpaceMember.get_or_create(
        space_id=space.id, user_id=user.id, defaults={"role": SpaceRole.OWNER}
    )
    return await _token(user, data_dir / "token")


async def _token(user: models.User, path: Path) -> str:
    if path.exists():
        kept = path.read_text().strip()
        with suppress(CredentialRefused):
            credential = await read_credential(token=kept, clock=SystemClock())
            if credential.viewer.user_id == user.id:
                return kept
    token = await issue_access_token(user_id=user.id, name="demo")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_text(f"{token}\n")
    return token
