"""What every real system on this machine needs: a folder, programs, and a proxy before it."""
