"""What a render will cost and how long it will take."""
