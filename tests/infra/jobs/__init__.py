"""The contract of the job queue, and what each adapter does beyond it."""
