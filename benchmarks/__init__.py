"""What the product takes, each time against a floor measured in the same run; `python -m benchmarks` prints it."""
