"""What people and programs read: text for the one, documents for the other, from the same values."""
