"""What this computer offers."""
def report() -> str:
    """Tell."""
    return ""
