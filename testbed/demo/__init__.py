"""The demo: people at three clients, and Cashward between them."""
