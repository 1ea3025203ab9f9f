"""The parts of a render's life that the operations share."""
