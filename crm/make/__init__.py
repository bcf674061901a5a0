"""What the Makefile calls: set-up, the foreground supervisor of `make run`, checks, a browser for the tests.

Standard library only: all of it runs under the bare system Python, before there is a virtual environment.
"""
