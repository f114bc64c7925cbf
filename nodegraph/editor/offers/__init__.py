"""What the window offers to do with a graph: search, convert, splice, replace, arrange."""
