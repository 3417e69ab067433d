"""The event bus: events are a log, and a consumer's place in it is kept in its own database.

`port` has what every bus does, `consuming` runs a handler on it, `dead_letters` and `isolating` take
poison out of the way, `relaying` takes the outbox to it. `embedded` keeps the log in the same database,
`kafka` talks to Apache Kafka (it needs confluent-kafka, so only who names it imports it).
"""
