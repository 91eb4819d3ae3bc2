"""The demo: people at three desks, and Cashward between them."""
