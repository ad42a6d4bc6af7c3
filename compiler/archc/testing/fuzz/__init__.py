"""A fuzzer of the compiler: mangled texts, none of which may end in anything but an answer.

``python -m archc.testing fuzz --executions 100000 --seed 1`` mangles texts of the language and
gives each to the parser, the checker, the printers of Python, DOT and JSON, and the summary. A
mutant is worked out of the seed and its number alone, so that a run can be stopped, taken up again
and shared out to several processes.
"""

from __future__ import annotations

from archc.testing.fuzz.corpus import Corpus
from archc.testing.fuzz.mutate import mutant
from archc.testing.fuzz.trial import Fault, answer, attempt

__all__ = ["Corpus", "Fault", "answer", "attempt", "mutant"]
