"""The daily jobs of income, on real RabbitMQ and PostgreSQL."""
