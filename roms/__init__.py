"""ROMS: a chatbot flow engine with human handoff."""
