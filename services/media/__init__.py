"""What a file is: read in a process of its own, never trusted by its name."""
