"""`airdate`: what a person types."""

import asyncio
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from pydantic import ValidationError
from typer.core import TyperGroup

from server.logs import configure_logs
from server.settings import Settings, read_settings
from server.trusted_documents import TrustedDocumentsInvalid, read_trusted_documents
from services.estimates.price_book import PriceBookInvalid, read_price_book


class ViewerKind(StrEnum):
    """Each has plans of its own."""

    SOMEBODY = "somebody"
    NOBODY = "nobody"


class Commands(TyperGroup):
    """Those below and `publish`, a client: no server imports it."""

    def list_commands(self, ctx: Any) -> list[str]:
        return ["publish", *(name for name in super().list_commands(ctx) if name != "publish")]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.commands:
            from client.publish import publish

            client = typer.Typer(add_completion=False)
            client.command("publish")(publish)
            self.add_command(typer.main.get_command(client))
        return super().get_command(ctx, cmd_name)


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, help="From raw file to on air.")


@app.command()
def dev() -> None:
    """Everything on this machine: the server, its worker, and the outside world in miniature."""
    from server.dev import run

    settings = _settings()
    raise typer.Exit(run(settings.host, settings.port, settings.data_dir))


@app.command()
def serve() -> None:
    """The API."""
    from server.listening import CannotListen
    from server.serve import serve as serve_forever

    try:
        uvloop.run(serve_forever(_complete_settings()))
    except CannotListen as problem:
        typer.echo(f"airdate: {problem}", err=True)
        raise typer.Exit(1) from problem


@app.command()
def worker() -> None:
    """The background worker."""
    from server.worker import work

    uvloop.run(work(_complete_settings()))


@app.command()
def migrate() -> None:
    """Bring the database up to date."""
    from server.database import migrate as migrate_database

    asyncio.run(migrate_database(_complete_settings().database_url))


@app.command()
def seed() -> None:
    """Make the demo user and the demo space, and print the demo user's access token."""
    typer.echo(asyncio.run(_seed(_complete_settings())))


@app.command()
def schema(
    path: Annotated[Path | None, typer.Argument(help="Where to write it; standard output.")] = None,
) -> None:
    """The GraphQL schema as SDL."""
    from server.graphql import build_schema

    sdl = build_schema(max_depth=read_settings().max_query_depth).as_str() + "\n"
    if path:
        path.write_text(sdl)
    else:
        sys.stdout.write(sdl)


@app.command()
def explain(
    document: Annotated[str, typer.Argument(help="GraphQL; @file for that of a file, - for standard input.")],
    variables: Annotated[str, typer.Option(help="The variables, as a JSON object.")] = "{}",
    kind: Annotated[ViewerKind, typer.Option("--as", help="Who asks.")] = ViewerKind.SOMEBODY,
    analyze: Annotated[
        bool, typer.Option("--analyze", help="Carry out the queries, and show what PostgreSQL says of each.")
    ] = False,
    user: Annotated[str | None, typer.Option(help="Analyze as the user with this e-mail address.")] = None,
) -> None:
    """How a document is read: its statements, and what is left to graphql-core and why. Changes nothing."""
    from server import explain as explaining

    settings = _settings()
    try:
        question = explaining.Question(
            explaining.read_document(document),
            explaining.read_variables(variables),
            user is not None or kind is ViewerKind.SOMEBODY,
            settings.max_query_depth,
            user,
            _database_to_ask(settings) if analyze or user else None,
        )
        typer.echo(asyncio.run(explaining.explain(question)))
    except explaining.CannotExplain as problem:
        typer.echo(f"airdate: {problem}", err=True)
        raise typer.Exit(2) from problem
    except explaining.DatabaseAway as problem:
        typer.echo(f"airdate: the database is away: {problem}", err=True)
        raise typer.Exit(1) from problem


def _database_to_ask(settings: Settings) -> str:
    if not settings.database_url:
        typer.echo("airdate: set AIRDATE_DATABASE_URL to analyze.", err=True)
        raise typer.Exit(2)
    return settings.database_url


async def _seed(settings: Settings) -> str:
    from server.database import open_database
    from server.seed import seed as seed_database

    async with open_database(settings.database_url):
        return await seed_database(settings.data_dir)


def _settings() -> Settings:
    """The settings, once it is sure that each can be used, and the files they name."""
    try:
        settings = read_settings()
    except ValidationError as invalid:
        for wrong in invalid.errors():
            name = "_".join(["airdate", *map(str, wrong["loc"])]).upper()
            typer.echo(f"airdate: {name} is wrong: {wrong['msg']}", err=True)
        raise typer.Exit(2) from invalid
    try:
        read_price_book(settings.price_book)
        read_trusted_documents(settings.trusted_documents)
    except (PriceBookInvalid, TrustedDocumentsInvalid) as invalid:
        typer.echo(f"airdate: {invalid}", err=True)
        raise typer.Exit(2) from invalid
    return settings


def _complete_settings() -> Settings:
    settings = _settings()
    missing = settings.missing()
    if missing:
        typer.echo(
            f"airdate: set {', '.join(missing)}; or run `airdate dev`, which sets everything.", err=True
        )
        raise typer.Exit(2)
    return settings


def main() -> None:
    configure_logs()
    app()


if __name__ == "__main__":
    main()
