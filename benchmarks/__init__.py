"""What Coterie costs, measured: ``python -m benchmarks [NAME …]`` prints one JSON line a figure."""
