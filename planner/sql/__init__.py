"""The statements that levels are read by."""
