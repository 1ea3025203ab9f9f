"""Sound that is made before a render: the music bed, mixed with the upload's own sound."""
