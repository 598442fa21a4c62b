"""Groups of the `tracker` command, a file a subject; `tracker.cli` gathers them."""
