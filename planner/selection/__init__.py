"""What is selected of a type, with fragments and directives followed."""
