"""Every node on every kind of material that troubles a method."""
