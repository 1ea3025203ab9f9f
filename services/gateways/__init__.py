"""What is outside: a Protocol for each, and its real implementation."""
