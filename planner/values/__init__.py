"""What clients give: variables and arguments, read as graphql-core and Strawberry would."""
