"""A column map: which columns of a foreign layout hold what."""
