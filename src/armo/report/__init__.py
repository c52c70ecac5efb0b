"""What people read: decisions, comparisons, rankings and training runs on the terminal."""
