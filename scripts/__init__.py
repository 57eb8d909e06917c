"""What makes what ships; not installed with the package. Run from a checkout by `python -m ganlab NAME`."""
