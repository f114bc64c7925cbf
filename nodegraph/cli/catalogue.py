"""``nodegraph nodes``."""

import click


@click.command()
def nodes() -> None:
    """List."""
