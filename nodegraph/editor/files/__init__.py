"""One open document, what is kept for the next time, and the places where files are."""
