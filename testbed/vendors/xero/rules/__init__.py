"""What the vendor's bookkeeping allows, as pure functions over documents."""
