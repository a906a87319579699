# The mailbox (our own inbox) and the object storage (moto's server), on the public images' ports.
FROM local/python
COPY requirements-bootstrap.lock requirements.lock /tmp/
RUN python3 -m venv /opt/uv \
    && /opt/uv/bin/python -m pip install --no-cache-dir --require-hashes -r /tmp/requirements-bootstrap.lock
RUN python3 -m venv --without-pip /opt/servers \
    && /opt/uv/bin/uv pip install --no-cache --system-certs --python /opt/servers/bin/python \
        -c /tmp/requirements.lock aiosmtpd jinja2 starlette uuid6 uvicorn "moto[s3,server]"
ENV PATH=/opt/servers/bin:$PATH
WORKDIR /app
COPY deploy/__init__.py deploy/
COPY deploy/local deploy/local
COPY deploy/containers/local/mailbox deploy/containers/local/s3 /usr/local/bin/
RUN install -d -o 10001 /inbox
USER 10001
