"""``python -m archc`` is ``archc``."""

from archc.cli import run

run()
