"""What a viewer's link opens: playlists, captions, pictures."""
