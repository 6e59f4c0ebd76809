"""Facts: components, incidents, maintenances and what was said of them."""
