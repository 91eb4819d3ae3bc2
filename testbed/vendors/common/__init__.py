"""What every sandbox vendor is made of: state, faults, an operation log, an app, webhooks."""
