"""What is read of one table, level below level, and the objects made of its rows."""
