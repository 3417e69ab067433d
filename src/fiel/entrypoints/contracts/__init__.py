"""What Fiel says and understands, as documents: OpenAPI, AsyncAPI, and JSON Schemas of its messages."""
