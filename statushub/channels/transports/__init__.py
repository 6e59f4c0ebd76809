"""One small file a network."""
