"""Each status is written in one place: the code is read, and everything that could write one is found."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WRITERS = {
    "services/production_status.py",
    "services/upload_status.py",
    "services/publication_status.py",
}
# Of renders and their steps, which have no log; the first of a production, which its writer then tells; and a
# copy of a production for those who watch, which is never saved.
ELSEWHERE = {
    ("services/live/production_changes.py", "vars(row).update"),
    ("services/rendering/note_render_event.py", "render.status"),
    ("services/rendering/note_render_step.py", "models.RenderStep.create"),
    ("services/create_production.py", "models.Production.create"),
    ("services/start_production_render.py", "models.Render.create"),
}
LOGGED = {"status", "sequence"}
CHANGES = {"create", "update", "update_or_create", "get_or_create", "bulk_create", "bulk_update"}
CHANGES |= {"update_from_dict", "setattr"}
TABLES = {"models.Upload", "models.Publication", "models.Production"}
STATEMENTS = ("update uploads", "update publications", "update productions", "insert into")


def names_in(call):
    """The columns that a call may set: its arguments' names, and every string in them."""
    named = {keyword.arg for keyword in call.keywords}
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    parts = (part for value in values for part in ast.walk(value))
    return named | {part.value for part in parts if isinstance(part, ast.Constant)}


def is_write(call):
    name = ast.unparse(call.func)
    is_change = name.rpartition(".")[2] in CHANGES
    if "StatusEvent" in name:
        return is_change or name.endswith("StatusEvent")
    return (is_change or name in TABLES) and not LOGGED.isdisjoint(names_in(call))


def targets_of(node):
    """What a statement assigns to."""
    if isinstance(node, ast.Assign):
        return [part for target in node.targets for part in ast.walk(target)]
    return [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []


def is_its_own(target):
    """An object's attribute in its own class, such as an HTTP status: tables have no methods."""
    return isinstance(target.value, ast.Name) and target.value.id == "self"


def writes(tree):
    """Everything in a module that may set a status or a sequence, or add to the log."""
    for node in ast.walk(tree):
        for target in targets_of(node):
            if isinstance(target, ast.Attribute) and target.attr in LOGGED and not is_its_own(target):
                yield ast.unparse(target)
        if isinstance(node, ast.Call) and is_write(node):
            yield ast.unparse(node.func)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            statement = " ".join(node.value.lower().split())
            if statement.startswith(STATEMENTS):
                yield statement


def found_in(*folders):
    return {
        (path.relative_to(ROOT).as_posix(), write)
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        for write in writes(ast.parse(path.read_text()))
    }


def test_nothing_but_the_writers_sets_a_status():
    found = found_in("server", "resolvers", "services", "scripts")
    assert {(path, write) for path, write in found if path not in WRITERS} == ELSEWHERE
    assert {path for path, _ in found} >= WRITERS, "the reading sees nothing"


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("upload.status = READY", {"upload.status"}),
        ("a, row.status = 1, READY", {"row.status"}),
        ("row.sequence += 1", {"row.sequence"}),
        ("await rows.filter(id=1).update(status=READY)", {"rows.filter(id=1).update"}),
        ("row.update_from_dict({'status': READY})", {"row.update_from_dict"}),
        ("setattr(row, 'status', READY)", {"setattr"}),
        ("models.Upload.bulk_update(rows, ['status'])", {"models.Upload.bulk_update"}),
        ("models.Publication(space_id=1, status=LIVE)", {"models.Publication"}),
        ("models.Upload.create(**{'status': READY})", {"models.Upload.create"}),
        ("models.StatusEvent(kind=1)", {"models.StatusEvent"}),
        ("models.StatusEvent.bulk_create(rows)", {"models.StatusEvent.bulk_create"}),
        ("f('UPDATE  uploads SET title = $1')", {"update uploads set title = $1"}),
        ("rows.filter(status=READY).update(title='New')", set()),
        ("upload.status is READY", set()),
        ("self.status = 400", set()),
        ("Upload(status=row.status)", set()),
    ],
)
def test_what_the_reading_sees(code, seen):
    assert set(writes(ast.parse(code))) == seen
