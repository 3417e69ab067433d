# One image for every process of Fiel; compose.production.yaml says which runs what.
FROM python:3.11-slim-bookworm AS build
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/uv
ENV UV_PROJECT_ENVIRONMENT=/opt/fiel UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /src
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-default-groups --no-install-project \
    --extra postgres --extra redis --extra kafka --extra rabbit --extra pdf --extra xls --extra otel --extra fast
COPY src ./src
RUN uv sync --locked --no-default-groups --no-editable \
    --extra postgres --extra redis --extra kafka --extra rabbit --extra pdf --extra xls --extra otel --extra fast

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/fiel fiel
COPY --from=build /opt/fiel /opt/fiel
ENV PATH=/opt/fiel/bin:$PATH PYTHONUNBUFFERED=1 PYTHONUTF8=1 FIEL_DATA_DIR=/var/lib/fiel
USER 10001
WORKDIR /var/lib/fiel
VOLUME /var/lib/fiel
EXPOSE 8000
# uvicorn finishes what it answers within 10 s of this.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["fiel"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--log-format", "json"]
