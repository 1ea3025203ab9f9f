"""A client of the public API, with no privilege: it talks to /graphql and to what that hands out."""
