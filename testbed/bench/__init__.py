"""What a deal costs in time, held against what the same run costs when it does nothing."""
