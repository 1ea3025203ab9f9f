"""The differential test of planned reads: whatever is asked, the server's bytes are those of graphql-core.

One side is the server's own front, as every transport uses it. The other is the oracle: graphql-core alone, on
the same valid document and the same rows. Documents, variables and viewers are random (`cases.py` down to
`values.py`), and so are the rows (`world.py`), each world out of a seed.

A failure prints the case: the document, and who asked with which variables. To see it again,

- the same command finds it at once: hypothesis remembers it in `.hypothesis/`;
- `python -m tests.differential.nightly --world 3 --case failure.json` runs it alone, and prints both answers, the
  plan or why there was none. The nightly run writes such files; `Case.to_json` makes them;
- `python -m tests.differential.nightly --seed 12345` repeats a nightly run from its seed, which it prints.

What is demanded: without errors, the same JSON text. With errors, the same data (keys in the same order), and
the same errors in whatever order: fields run side by side, and whichever fails first is told first.
"""
