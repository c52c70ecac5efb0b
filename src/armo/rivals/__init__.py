"""The other systems of the paper's Table 1, each behind one interface: a pair in, a preference out."""
