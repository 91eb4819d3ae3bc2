"""The command line: how operators, delivery managers and finance talk to Cashward."""
