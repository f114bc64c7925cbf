"""Commands that read graphs and run nothing."""

import click


@click.command()
def check() -> None:
    """Find."""


@click.command()
def describe() -> None:
    """Tell."""


@click.command("format")
def format_() -> None:
    """Write."""


@click.command()
def script() -> None:
    """Write."""
