"""Customers that belong together and stay two: a parent company, a household, the same buyer.

What people say is kept of the customers they said it of (`Relation`) and never moves. Who belongs to whom today follows
from that and from the merges (`groups`), and is written where it is read (`regrouping`): so merges and undos in any
order end in the same groups.
"""
