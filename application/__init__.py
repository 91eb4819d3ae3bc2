"""The commands and queries of Cashward; command line and gateway use nothing else."""
