"""The canvas as data: what lies where, what a wire looks like, what is under the pointer."""
