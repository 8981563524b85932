# syntax=docker/dockerfile:1
# The tag moves with security updates, on every architecture. For a build that never moves, look the digest up with
#   docker buildx imagetools inspect python:3.13-slim --format '{{.Manifest.Digest}}'
# and build with --build-arg PYTHON=python:3.13-slim@sha256:… (docs/operating.md, "Deploying").
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS build
WORKDIR /build
RUN python -m venv /app/venv
# The dependencies first: this layer is built again only when a version changes.
COPY constraints/run.txt constraints/run.txt
RUN /app/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r constraints/run.txt
COPY pyproject.toml README.md LICENSE config.yaml ./
COPY alerts alerts
COPY bot bot
# Without an index: whatever has no hash above cannot get in.
RUN /app/venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-index --no-deps --no-build-isolation .

FROM ${PYTHON}
LABEL org.opencontainers.image.title="Hardware Sentry" \
  org.opencontainers.image.description="Stock and price alerts for Discord that never cry wolf" \
  org.opencontainers.image.licenses="MIT"
RUN useradd --uid 10001 --user-group --home-dir /app --shell /usr/sbin/nologin sentry \
  && install -d -o sentry -g sentry -m 0700 /app/data
COPY --from=build /app/venv /app/venv
ENV PATH=/app/venv/bin:$PATH \
  PYTHONUNBUFFERED=1 \
  HS_WEB__HOST=0.0.0.0 \
  HS_STORE__DATA_DIR=/app/data \
  MPLCONFIGDIR=/tmp/matplotlib
WORKDIR /app
# A number, so that whoever starts it can see that it is not root. Only /app/data and /tmp need to be written.
USER 10001:10001
VOLUME /app/data
EXPOSE 8000
# /live depends on nothing else, so that a sick store never gets a healthy process restarted.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/live', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["hardware-sentry"]
CMD ["run"]
