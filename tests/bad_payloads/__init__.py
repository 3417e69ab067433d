"""Bad and odd answers, served by a real HTTP server and read as the market reads them.

`python -m tests.bad_payloads FILE.json` takes any file with `cases` of: `id`, `provider`, `request` (a URL),
`response` (`status`, `headers`, `body`; or null), `transport` (how the answer fails on the wire), and `want`
(`outcome`, `kind`, `retry`, `fallback`, `breaker_failure`, `cache`, `result`). An answer that is quarantined
counts as rejected: it is not served.
"""
