"""The subcommands of `buddylab`, a module each.

A module has `add_to(commands)`, which adds its parser with `set_defaults(run=...)`; run(arguments) returns the exit
code: 0 well, 1 a finding (a difference, a refusal), 2 bad input. Modules that need an extra import it in `run`.
"""

from buddylab.commands import explain, gfp, here, lecture, replay, run

COMMANDS = (explain, here, run, lecture, replay, gfp)
"""In the order in which `buddylab --help` lists them."""
