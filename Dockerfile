# A small image that runs as a user of its own and writes nowhere but in /data (and /tmp, for a moment).
FROM python:3.11-slim AS libraries
COPY bot/operating/requirements.txt /requirements.txt
RUN pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: --target /libraries -r /requirements.txt

FROM python:3.11-slim
COPY --from=libraries /libraries /libraries
COPY migrations /app/migrations
COPY flows /app/flows
COPY bot /app/bot
RUN python -m compileall -q /app /libraries \
 && useradd --uid 10001 --no-create-home draaglicht \
 && mkdir /data \
 && chown draaglicht /data
ENV PYTHONPATH=/app:/libraries \
    PYTHONDONTWRITEBYTECODE=1 \
    DRAAGLICHT_DATA_DIR=/data \
    DRAAGLICHT_LISTEN=0.0.0.0:8080
WORKDIR /data
USER 10001
VOLUME /data
EXPOSE 8080
# Alive, not ready: while the database is away help is still given.
HEALTHCHECK --start-period=30s --interval=30s --timeout=5s \
  CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8080/live', timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
