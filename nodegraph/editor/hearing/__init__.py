"""What is heard and when: tracks, the desk they are mixed on, and the line of time. No window."""
