"""The op contract: what an op declares, how its arguments are bound and validated.

One circle: ``Op(...)`` asks its pydantic model, which is made of what the op's class declares and
is imported when it is first asked.
"""
