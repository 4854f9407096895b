"""The least that can be written by hand for the same job: what ROMS is measured against."""
