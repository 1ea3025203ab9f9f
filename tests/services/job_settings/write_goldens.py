"""`python -m tests.services.job_settings.write_goldens` writes the golden jobs anew: read the difference."""

import json
from pathlib import Path

from tests.services.job_settings.cases import CASES, Case, job_of

GOLDEN = Path(__file__).parent / "golden"


def golden_text(case: Case) -> str:
    return json.dumps(job_of(*case), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    for path in GOLDEN.glob("*.json"):
        path.unlink()
    for name, case in CASES.items():
        (GOLDEN / f"{name}.json").write_text(golden_text(case), "utf-8")


if __name__ == "__main__":
    main()
