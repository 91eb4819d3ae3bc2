"""What every real system on this machine needs: a house, programs, and a proxy before it."""
