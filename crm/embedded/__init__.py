"""PostgreSQL and Redis of one's own machine: found or brought by packages, started, stopped, their addresses kept.

Standard library only: it runs under the bare system Python too, before there is a virtual environment.
"""
