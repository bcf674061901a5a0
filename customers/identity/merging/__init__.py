"""Two customers become one, and two again.

The absorbed customer's row is taken out, so that no list, search or figure has to know of merged ones. Where a row
stands follows from two things: whose it is (`MergedRow` says so of rows that stand with another), and who of the
customers has become one with whom (the active `Merge`s, a forest): with the root of its customer's tree. So merges and
undos in any order end in the same state.
"""
