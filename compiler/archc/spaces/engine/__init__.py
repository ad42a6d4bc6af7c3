"""The fast way to a verdict over a point: effects are added up, and no graph is built.

What a stage, a turn of a loop or a block does to the sums (parameters, multiply-accumulates, the
types that come out) is remembered by the values of the names that it mentions and the types of what
flows in. What has not been met is performed by the elaborator's own functions, piece by piece. What
this cannot do raises ``LongWay``: then the point is elaborated and checked whole.

From the ground: ``rooms`` (what pieces need in memory), ``effects`` (what is remembered, and how it
adds up), ``mentions`` (the names that a piece of text depends on), ``keys`` (values as keys),
``world`` (what is known for certain sizes), ``frame`` (names while a body runs, and pieces
performed by the elaborator), ``initial`` (``init`` rules), ``memo``, ``given`` (arguments),
``bodies``, ``loops``, ``units``, ``blocks``, ``uses``, ``engine`` (whole models).
"""
