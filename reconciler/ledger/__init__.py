"""The ledger: what was intended, sent and settled, durable before the request leaves."""
