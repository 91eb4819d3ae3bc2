"""The parts of every vendor server: state, faults, an operation log, an app, webhooks."""
