"""The ops of the language, one class each, by family.

To add an op, write its class in the family's file: the registry, the checker, the back ends, the
reference and completion all read the class.
"""
