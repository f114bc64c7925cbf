"""What each node shows while the engine works, what runs next, and what is said of faults."""
