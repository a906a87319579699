# A test server of the S3 protocol; as its own client it makes the bucket.
FROM local/python
RUN python3 -m venv /opt/s3 && /opt/s3/bin/pip install -q --no-cache-dir "moto[s3,server]" boto3
COPY s3-entrypoint /usr/local/bin/
USER 10001
ENTRYPOINT ["s3-entrypoint"]
