"""Answers a Strawberry schema's queries by plans, of what its types say that they stand on (`declared`).

From the top: `planner` keeps the plans of an `operation`; a `plan` has a root for each field of a query
(`roots`) and reads the `payloads` of a mutation. `objects` makes code out of what is selected, and levels out
of the lists in it: `lists` and `connections`, or `named` where the rows are. A `level` and those fused to it
are read by one of the `statements`. What resolvers make is completed by `attributes`; `variables` and
`arguments` are read as graphql-core and Strawberry read them. What none of this covers is `not_planned`.
Beside it, `extension` lets Strawberry's own views use plans, and `explain` says in words what they do.
"""
