"""Reading and normalising data: native files and the generated sample."""
