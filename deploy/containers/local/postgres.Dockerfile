# Debian's Postgres, taking the same variables as the public image.
FROM local/debian
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        postgresql \
    && apt-get clean && rm -rf /var/lib/apt/lists/* && install -d -o postgres -g postgres /var/lib/postgresql/data \
    && ln -s /usr/lib/postgresql/[0-9]*/bin /usr/lib/postgresql/bin
ENV PATH=/usr/lib/postgresql/bin:$PATH PGDATA=/var/lib/postgresql/data/pgdata
COPY deploy/containers/local/postgres-entrypoint /usr/local/bin/
USER postgres
ENTRYPOINT ["postgres-entrypoint"]
