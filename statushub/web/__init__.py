"""What the doors share: guards, forms, languages, errors."""
