# The bot, and every other command, in a small image: docs/operating.md, "In a container".
ARG PYTHON=docker.io/library/python:3.11-slim-bookworm

FROM ${PYTHON} AS build
# Of those in pyproject.toml. sentence-transformers needs torch, which adds gigabytes.
ARG EXTRAS=llm,mcp,qdrant,web
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/pasokh
WORKDIR /src
# The libraries are a layer of their own: they stay where only our code changes.
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN mkdir bot index && touch bot/__init__.py index/__init__.py \
    && case ",${EXTRAS}," in *,sentence-transformers,*) /opt/pasokh/bin/pip install torch==2.13.0 ;; esac \
    && /opt/pasokh/bin/pip install --constraint constraints.txt ".[${EXTRAS}]"
COPY bot bot
COPY index index
RUN /opt/pasokh/bin/pip install --no-deps --force-reinstall . \
    && /opt/pasokh/bin/pip uninstall --yes pip setuptools

FROM ${PYTHON}
COPY --from=build /opt/pasokh /opt/pasokh
# An archive to try; mount your own here.
COPY seeds /archive
RUN install -d -m 0700 -o 10001 -g 10001 /data
ENV PATH=/opt/pasokh/bin:$PATH \
    HOME=/data \
    PASOKH_CORPUS=/archive \
    PASOKH_DATA_DIR=/data \
    PASOKH_CACHE_DIR=/data/cache \
    PASOKH_METRICS_PORT=9464 \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /data
VOLUME /data
# A first build of the index may take minutes.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30m \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9464/healthz', timeout=5)"]
ENTRYPOINT ["pasokh"]
CMD ["serve"]
