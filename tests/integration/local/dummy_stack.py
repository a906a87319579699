"""A whole stack whose services only answer health checks: `dummy_stack.py STATE_DIR`.

Runs until it is killed; prints `ready` when it is.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.stack import SERVICES, LocalStack

_SERVER = """
import http.server, os
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
address = ("127.0.0.1", int(os.environ["BROADSHEET_HTTP_PORT"]))
http.server.HTTPServer(address, Answer).serve_forever()
"""


def dummy_stack(state_dir: Path) -> LocalStack:
    """Five services that do nothing."""
    return LocalStack(
        state_dir, commands={name: [sys.executable, "-c", _SERVER] for name in SERVICES}
    )


if __name__ == "__main__":
    try:
        with dummy_stack(Path(sys.argv[1])):
            print("ready", flush=True)
            time.sleep(600)
    except StackError as error:
        raise SystemExit(str(error)) from None
