"""Sessions of aiobotocore that keep in memory, of botocore's description of AWS, what is used here."""

import gzip
import json
from pathlib import Path
from typing import Any

from aiobotocore.session import AioSession, get_session
from botocore.loaders import JSONFileLoader

SERVICES = frozenset({"s3", "sqs", "mediaconvert"})
# By their names in endpoints.json: whom botocore itself asks for credentials (roles, IAM Identity Center).
GIVING_CREDENTIALS = frozenset({"sts", "portal.sso", "oidc"})


class LeanFiles(JSONFileLoader):
    """botocore reads the endpoints of all 300 services, and models with their documentation, and keeps them
    as long as a client: 11 MiB for S3 alone. What is needed of them takes 2."""

    def load_file(self, file_path: str) -> Any:
        """What is in the file, whose path comes without its ending; None where there is none."""
        plain, packed = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            text = plain.read_bytes()
        elif packed.is_file():
            text = gzip.decompress(packed.read_bytes())
        else:
            return None
        described = json.loads(text, object_hook=_undocumented)
        return _of_our_services(described) if plain.stem == "endpoints" else described


def aws_session() -> AioSession:
    """Its credentials and region come from wherever botocore finds them."""
    session = get_session()
    session.get_component("data_loader").file_loader = LeanFiles()
    return session


def _undocumented(described: dict[str, Any]) -> dict[str, Any]:
    # Not left out: botocore asks for it in places. A member of a shape may have that name, and is no text.
    if isinstance(described.get("documentation"), str):
        described["documentation"] = ""
    return described


def _of_our_services(endpoints: dict[str, Any]) -> dict[str, Any]:
    wanted = SERVICES | GIVING_CREDENTIALS
    for partition in endpoints["partitions"]:
        partition["services"] = {
            name: service for name, service in partition["services"].items() if name in wanted
        }
    return endpoints
