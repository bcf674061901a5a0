"""What people may ask of whoever holds something on them: a copy of it, and that it is erased.

What there is, table by table, the rooms register (`customers.registry.personal`). An erase goes in steps, so that
nobody waits for it and a killed one goes on; from its first step on files do not bring the person back.
"""
