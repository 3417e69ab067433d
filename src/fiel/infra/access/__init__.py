"""Who may come in: owners and their sessions, API keys, the brake on guessing, and who did what.

`desk.Access` is the way in; rules are in `principals`, `policy`, `passwords` and `tokens`, rows in `store`.
No secret is kept that would let a reader of the database in: passwords as argon2id, tokens as digests.
"""
