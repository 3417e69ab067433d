"""What a person must look at: from the outbox over the bus to a log, a webhook and e-mail."""
