"""What a notebook asks: ``%load_ext archc`` makes ``%%arch`` a cell that is a text of the language.

``magic`` checks the cell, shows its model and binds the module; ``completing`` says what may stand
in it. IPython is known here alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What ``%load_ext archc`` calls."""
    from archc.notebook import completing, magic

    magic.add(shell)
    completing.add(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """What ``%unload_ext archc`` calls."""
    from archc.notebook import completing, magic

    magic.remove(shell)
    completing.remove(shell)
