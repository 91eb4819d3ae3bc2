"""What people and systems may ask of Cashward; command line and gateway use nothing else."""
