"""The definitional interpreter: the meaning of the language, in runnable form.

It reads the syntax tree of a text and runs it on torch's tensors, statement by statement, with the
concrete sizes of what it is given. It follows docs/language.md section by section and shares no
code with the compiler but the parser: a doubt about what a text means is settled here.

>>> network = Interpreter({"net.arch": text}, "net.arch").network("net")
>>> network.build(seed=0)
>>> network.run(image)
"""

from __future__ import annotations

from archc.testing.interpreter.network import Event, InputSpec, Interpreter, Network
from archc.testing.interpreter.refused import Refused

__all__ = ["Event", "InputSpec", "Interpreter", "Network", "Refused"]
