"""``coterie play``: the options of :func:`~coterie.core.cli.play.run_play`."""

from __future__ import annotations

from pathlib import Path

import click

from coterie.core.cli.output import Unusable


class _Play(click.Command):
    """Takes several plugins after one ``--enable``, as well as one after each."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Spell out ``--enable a b`` as ``--enable a --enable b``; a word that names a file ends the list."""
        spelt: list[str] = []
        listing = False
        for word in args:
            if listing and not word.startswith("-") and spelt[-1] != "--enable" and not _is_file(word):
                spelt.append("--enable")
            elif listing and spelt[-1] != "--enable":
                listing = False
            if word == "--enable":
                listing = True
            spelt.append(word)
        return super().parse_args(ctx, spelt)


def _is_file(word: str) -> bool:
    return word.endswith(".play") or Path(word).is_file()


@click.command("play", cls=_Play)
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--seed", type=int, default=1, show_default=True, help="All that is random follows from it.")
@click.option("--db", metavar="URL", help="The store; without it, one that is gone afterwards.")
@click.option(
    "-c",
    "--config",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Take plugins and settings from a configuration file.",
)
@click.option(
    "--enable", multiple=True, metavar="PLUGIN…", help="Plugins to switch on: installed names, or package.module:Class."
)
@click.option(
    "--on",
    "ground",
    metavar="PLATFORM",
    default="sandbox",
    show_default=True,
    help="Where people act: in the town itself, or through a platform's library and a server that acts like it.",
)
def play(
    files: tuple[Path, ...], seed: int, db: str | None, file: Path | None, enable: tuple[str, ...], ground: str
) -> int:
    """Play scenario files on virtual time and print what everybody saw.

    Without a configuration, every installed plugin that needs no settings is on. Exit code 1 at the first failed
    expectation, 2 for a file or configuration that cannot be used.
    """
    from coterie.core.cli.play import run_play

    names = [name for given in enable for name in given.split(",") if name]
    if not names and enable:
        raise Unusable("--enable needs the name of a plugin.")
    return run_play(files if len(files) > 1 else files[0], seed=seed, db=db, config=file, enable=names, ground=ground)
