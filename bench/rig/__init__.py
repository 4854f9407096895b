"""What the benchmarks stand on: servers for one run, load, counting, and how results are told."""
