"""The doors table: every route, frame and admin action × every visitor, and what each must answer.

`table` declares, `routes` finds what there is, `house` is what stands behind the doors, `knock` tries them.
"""
