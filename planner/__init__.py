"""Answers a Strawberry schema's queries by plans, of what its types say that they stand on (`declared`).

From the top: `planner` keeps the plans of an `operation`. A `plan` has a root for each field of a query
(`roots`); `mutations` are carried out field by field, and answer `payloads`. `selection` says what is asked
for; `levels` make code of it, and levels below levels of the lists in it, which are read by the statements of
`sql`. `values` are a client's variables and arguments, read as graphql-core and Strawberry read them. What
none of this covers is `not_planned`. Beside it, `extension` lets Strawberry's own views use plans, and
`explain` says in words what they do.
"""
