"""What a platform's own menu says of a command's parameters."""

from __future__ import annotations

from typing import Final

from coterie.core.commands import CommandSpec
from coterie.core.commands.parameters import Parameter
from coterie.core.i18n import CORE, Translator
from coterie.core.platform import CommandOption

PROPOSED: Final = frozenset({"member", "choice", "duration"})
"""Kinds for which the core itself has proposals while somebody types."""


def option_of(translator: Translator, spec: CommandSpec, parameter: Parameter) -> CommandOption:
    """A parameter as the menu shows it: described by the plugin's message ``command-COMMAND-PARAMETER``, where it has
    one, else by its name and kind.
    """
    key, args = f"command-{spec.name}-{parameter.name}", dict[str, object]()
    namespace = spec.plugin
    if not translator.has(namespace, key):
        namespace, key, args = CORE, f"option-{parameter.kind}", {"name": parameter.name}
    number = parameter.kind == "int"
    return CommandOption(
        parameter.name,
        parameter.kind,
        {locale: str(translator.text(namespace, key, locale, args)) for locale in translator.locales},
        required=parameter.required,
        minimum=parameter.minimum if number else None,
        maximum=parameter.maximum if number else None,
        length=parameter.length,
        choices=parameter.choices,
        suggests=bool(parameter.suggest) or parameter.kind in PROPOSED,
    )
