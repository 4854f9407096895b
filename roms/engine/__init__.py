"""The pure core: what a conversation becomes and what must be done, without clock, database, network or framework."""
