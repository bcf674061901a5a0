"""Pure statistics and finance: numbers in, numbers out. No Django, no clock, no database.

numpy and scipy are imported inside the functions that need them, so that a page that never judges anything never pays
for loading them.
"""
