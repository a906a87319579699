"""The private broker and database, for real."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import aio_pika
import asyncpg
import pytest
from pamqp.common import FieldTable

from deploy.local.infrastructure import LocalInfrastructure


@pytest.fixture(scope="module")
def infrastructure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalInfrastructure]:
    with LocalInfrastructure(tmp_path_factory.mktemp("stack")) as running:
        yield running


async def test_a_row_and_a_persistent_message_survive_a_kill_of_both(
    infrastructure: LocalInfrastructure,
) -> None:
    broker, database = infrastructure.broker, infrastructure.database
    assert broker is not None
    assert database is not None
    connection = await asyncpg.connect(infrastructure.admin_database_url)
    await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    await connection.close()
    async with await aio_pika.connect(infrastructure.amqp_url) as link:
        channel = await link.channel()
        quorum: FieldTable = {"x-queue-type": "quorum"}
        queue = await channel.declare_queue("kept", durable=True, arguments=quorum)
        message = aio_pika.Message(b"42", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, "kept")

    # RabbitMQ 3.10 writes its list of quorum queues every half second only: a queue declared
    # just before the power cut would come back without a leader, and stay so.
    await asyncio.sleep(2)
    broker.kill()
    database.kill()
    database.start()
    broker.start()

    connection = await asyncpg.connect(infrastructure.admin_database_url)
    assert await connection.fetchval("SELECT answer FROM kept") == 42
    await connection.close()
    async with await aio_pika.connect(infrastructure.amqp_url) as link:
        queue = await (await link.channel()).get_queue("kept")
        received = await queue.get(timeout=10)
        assert received is not None
        assert received.body == b"42"
        await received.ack()


async def test_a_service_is_given_roles_that_are_no_administrators(
    infrastructure: LocalInfrastructure,
) -> None:
    environment = infrastructure.env_for("renderer")
    for variable in ("BROADSHEET_DATABASE_URL", "BROADSHEET_HOUSEKEEPING_DATABASE_URL"):
        connection = await asyncpg.connect(environment[variable])
        assert await connection.fetchval("SELECT current_setting('is_superuser')") == "off"
        await connection.close()


async def test_without_the_password_nobody_gets_in(infrastructure: LocalInfrastructure) -> None:
    host = infrastructure.admin_database_url.rpartition("@")[2]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://postgres:guess@{host}")
    port = infrastructure.amqp_url.rpartition(":")[2]
    with pytest.raises(aio_pika.exceptions.AMQPConnectionError):
        await aio_pika.connect(f"amqp://guest:guest@127.0.0.1:{port}")


def test_everything_listens_on_the_loopback_interface_alone(
    infrastructure: LocalInfrastructure,
) -> None:
    assert infrastructure.broker is not None
    assert infrastructure.database is not None
    assert infrastructure.database.process is not None
    processes = [*infrastructure.broker.processes.values(), infrastructure.database.process]
    sockets = {
        link.readlink().name
        for process in processes
        for link in Path(f"/proc/{process.pid}/fd").iterdir()
        if link.is_symlink() and "socket:" in str(link.readlink())
    }
    listening = {
        fields[1].partition(":")[0]
        for table in ("tcp", "tcp6")
        for fields in map(str.split, Path(f"/proc/net/{table}").read_text().splitlines()[1:])
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets
    }
    assert listening <= {"0100007F", "00000000000000000000000001000000"}
    assert listening


def test_data_are_readable_by_their_owner_alone(infrastructure: LocalInfrastructure) -> None:
    state = infrastructure.places.state_dir
    private = ["postgres", "secrets", "secrets/postgres", "rabbitmq/etc/rabbitmq.conf"]
    assert [name for name in private if (state / name).stat().st_mode & 0o077] == []


def test_an_existing_broker_and_database_are_used_instead_of_private_ones(
    infrastructure: LocalInfrastructure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = infrastructure.admin_database_url.rpartition("/")[0]
    monkeypatch.setenv("BROADSHEET_AMQP_URL", infrastructure.amqp_url)
    monkeypatch.setenv("BROADSHEET_DATABASE_URL", f"{server}/elsewhere")
    other = LocalInfrastructure(tmp_path)
    # The roles belong to the whole server: two stacks on one server share their passwords.
    (tmp_path / "secrets").mkdir()
    for name in ("app", "housekeeping", "studio"):
        (tmp_path / "secrets" / name).write_text(infrastructure.places.secret(name))
    with other:
        assert other.broker is None
        assert other.database is None
        assert other.database_url.endswith("/elsewhere")
