"""Fails when a requirement of pyproject.toml is not pinned, or a pin has no hash or holds an address;
the pins of npm too."""

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parent.parent
NPM_FOLDERS = ("bench", "frontend", "tests")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def problems(requirements: list[str], file: Path) -> list[str]:
    text = file.read_text()
    pins: dict[str, list[Version]] = {}
    for name, version in PIN.findall(text):
        pins.setdefault(normal(name), []).append(Version(version))
    found = [
        f"{file.name}: {requirement} is not pinned"
        for requirement in map(Requirement, requirements)
        if not any(requirement.specifier.contains(v) for v in pins.get(normal(requirement.name), []))
    ]
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    found += [f"{file.name}: no hash: {b.split()[0]}" for b in blocks if b.strip() and "--hash=" not in b]
    if re.search(r"https?://|--index-url|--extra-index-url|--find-links", text):
        found.append(f"{file.name}: holds an address")
    return found


def addresses(lock: Path) -> list[str]:
    """npm adds where a package asks for money; `integrity` is what pins it."""
    return (
        [f"{lock.relative_to(ROOT)}: holds an address"] if re.search(r"https?://", lock.read_text()) else []
    )


def locks() -> list[Path]:
    found = [lock for folder in NPM_FOLDERS for lock in (ROOT / folder).rglob("package-lock.json")]
    return [lock for lock in found if "node_modules" not in lock.parts]


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    run, dev = project["dependencies"], project["optional-dependencies"]["dev"]
    found = problems(run, ROOT / "requirements/run.txt")
    found += problems([*run, *dev], ROOT / "requirements/dev.txt")
    found += [problem for lock in locks() for problem in addresses(lock)]
    print("\n".join(found) or "requirements are in step with pyproject.toml")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
