"""``coterie config``: help with the configuration file."""

from __future__ import annotations

import sys

import click

from coterie.core.cli.codes import CLEAN
from coterie.core.cli.output import print_json


@click.command("schema")
def schema() -> int:
    """Print the JSON Schema of plugins.toml with the settings of everything that is installed.

    Save it, and begin plugins.toml with `#:schema plugins.schema.json`: editors then complete and explain keys.
    """
    from coterie.core.config import json_schema
    from coterie.core.loading import Models

    plugins, adapters = (Models(kind, lambda _name: True) for kind in ("plugin", "adapter"))
    print_json(json_schema(dict(plugins), dict(adapters)))
    for failure in (*plugins.failures.values(), *adapters.failures.values()):
        print(f"Warning: {failure}", file=sys.stderr)
    return CLEAN
