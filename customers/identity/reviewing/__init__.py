"""What becomes of customers that may be one: proposed by runs, decided by people, remembered for good.

`apart` → who is not one; `storing` → a run's proposals; `deciding` → what people say, and take back; `ruling` → when
they are merged by themselves; `running` → the job; `queue` → what is to be decided next.
"""
