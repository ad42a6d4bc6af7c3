"""The definitional interpreter: the meaning of the language, in runnable form.

It reads the syntax tree of a text and runs it on torch's tensors, statement by statement, with the
concrete sizes of what it is given. It follows docs/language.md section by section and shares no
code with the compiler but the parser: a doubt about what a text means is settled here.

It runs what is taken, so it does not judge

* names, arguments and types in arms that are not taken and in what nobody uses, and rules of
  ``init`` for parameters that no op has;
* where in a body a statement may stand, and warnings of any kind;
* limits (section 8): a text may take as long, and as much memory, as it asks for.

A condition, a count, a text or an argument of a module that depends on a size variable is an error
of the language, and so are weights that depend on a batch without a default. Here that shows at the
sizes at which it comes out otherwise than at the defaults; so do a remark about a shape that is
wrong for some sizes, pieces of another number, and an extent of a reshape that comes out as -1.

Its files stand in one circle, as the language's constructs do: an expression may name a block, in
whose body are stages, whose arguments are expressions.

>>> network = Interpreter({"net.arch": text}, "net.arch").network("net")
>>> network.build(seed=0)
>>> network.run(image)
"""

from __future__ import annotations

from archc.testing.interpreter.network import Event, InputSpec, Interpreter, Network
from archc.testing.interpreter.refused import Refused

__all__ = ["Event", "InputSpec", "Interpreter", "Network", "Refused"]
