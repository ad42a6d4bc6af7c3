"""The resolved program: every name a reference, every call's arguments bound to parameters.

It is what ``archdsl.resolve`` makes of the syntax tree, what is elaborated into graphs, and what
printed source follows.

``expressions``, ``statements`` and ``declarations`` are one circle of types: an expression calls a
function, which is a declaration, and a declaration is made of statements and expressions. The first
two import the third for type checkers alone.
"""
