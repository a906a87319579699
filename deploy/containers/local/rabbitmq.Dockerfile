# Debian's RabbitMQ with its management console, taking the same variables as the public image.
FROM local/debian
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        rabbitmq-server \
    && apt-get clean && rm -rf /var/lib/apt/lists/* && rabbitmq-plugins enable --offline rabbitmq_management
COPY deploy/containers/local/rabbitmq-entrypoint /usr/local/bin/
ENTRYPOINT ["rabbitmq-entrypoint"]
