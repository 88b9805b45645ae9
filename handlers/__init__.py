"""Discord glue: thin handlers between the interactions of Discord and the answers of `knowledge`."""
