# Debian's Python, where the public image cannot be pulled.
FROM local/debian
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        python3 python3-venv \
    && ln -sf python3 /usr/bin/python && apt-get clean && rm -rf /var/lib/apt/lists/*
