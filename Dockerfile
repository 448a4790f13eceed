# One image for each service: docker build --build-arg SERVICE=backlog (or roadmap, portfolio, gateway).
# By digest: --build-arg PYTHON=python:3.11.14-slim-bookworm@sha256:..., which deploy/digests.sh looks up.
ARG PYTHON=python:3.11.14-slim-bookworm
FROM ${PYTHON} AS installed
WORKDIR /install
COPY deploy/requirements.lock deploy/build.lock ./
# Where packages come through a private authority: docker build --secret id=ca,src=ca.pem. It is mounted for this step alone, and in no layer.
RUN --mount=type=secret,id=ca,target=/run/ca.crt \
    if [ -s /run/ca.crt ]; then export PIP_CERT=/run/ca.crt; fi \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --require-hashes -r build.lock \
    && python -m venv --without-pip /opt/headway \
    && /opt/build/bin/pip --python /opt/headway/bin/python install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY libs/ libs/
COPY services/ services/
COPY headway/ headway/
RUN /opt/build/bin/pip wheel --no-cache-dir --no-index --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/build/bin/pip --python /opt/headway/bin/python install --no-cache-dir --no-index --no-deps /wheels/headway-*.whl

FROM ${PYTHON}
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin headway \
    && install --directory --owner=headway --group=headway --mode=0700 /issuer /verifier
COPY --from=installed /opt/headway /opt/headway
# Before the RUN that depends on it, so that no builder takes another service's layer out of its cache.
ARG SERVICE
RUN /opt/headway/bin/python -c "import services.${SERVICE}.main"
ENV PATH=/opt/headway/bin:$PATH PYTHONUNBUFFERED=1 SERVICE=${SERVICE}
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=6 \
    CMD ["python", "-c", "__import__('urllib.request').request.urlopen('http://127.0.0.1:8000/health/ready',timeout=3)"]
CMD ["/bin/sh", "-c", "exec headway serve \"${SERVICE}\" --host 0.0.0.0 --port 8000"]
