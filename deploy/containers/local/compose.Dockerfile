# The second generation of Docker Compose, beside the first one that an older Debian has. It is
# one static file of a package whose dependencies are not wanted.
ARG BASE=local/debian
FROM $BASE
RUN cd /tmp && apt-get update -qq && apt-get download -qq docker-compose \
    && dpkg -x docker-compose_*.deb unpacked \
    && mv unpacked/usr/libexec/docker/cli-plugins/docker-compose /usr/local/bin/ \
    && rm -rf /tmp/* && apt-get clean && rm -rf /var/lib/apt/lists/*
ENTRYPOINT ["docker-compose"]
