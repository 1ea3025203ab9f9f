"""The rules of a production's config, a part a file. Each yields every problem of its part."""
