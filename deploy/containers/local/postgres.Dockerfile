# Debian's Postgres, taking the same variables as the public image.
FROM local/debian
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        postgresql \
    && rm -rf /var/lib/apt/lists/* && install -d -o postgres -g postgres /var/lib/postgresql/data
ENV PATH=/usr/lib/postgresql/15/bin:$PATH
COPY postgres-entrypoint /usr/local/bin/
USER postgres
ENTRYPOINT ["postgres-entrypoint"]
