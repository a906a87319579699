# Our own inbox, on the ports of the public mailbox.
FROM local/python
RUN python3 -m venv /opt/inbox && /opt/inbox/bin/pip install -q --no-cache-dir aiosmtpd jinja2 starlette uuid6 uvicorn
WORKDIR /app
COPY deploy/__init__.py deploy/
COPY deploy/local deploy/local
RUN install -d -o 10001 /inbox
USER 10001
CMD ["/opt/inbox/bin/python", "-m", "deploy.local.inbox", "--smtp-host", "0.0.0.0", "--smtp-port", "1025", "--http-host", "0.0.0.0", "--http-port", "8025", "--directory", "/inbox"]
