"""The parts of benchmarks/scan.py."""
