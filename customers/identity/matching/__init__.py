"""Which records are one customer: found by comparing what they say, never by a key alone.

`values` → comparable columns of a record; `blocking` → pairs worth comparing; `people`, `organizations` → what is
compared and how; `training` → how much each agreement says, learnt from the company's own data; `grouping` → who is
one; `finding` puts them together. Nothing here knows how records are stored but `records`.
"""
