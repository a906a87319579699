"""Ports of the local stack."""

from __future__ import annotations

import socket
from pathlib import Path

from deploy.local.places import Places
from deploy.local.ports import Ports, is_free


def test_a_port_stays_the_same_at_the_next_start(tmp_path: Path) -> None:
    first = Ports(Places(tmp_path)).get("api")
    assert Ports(Places(tmp_path)).get("api") == first


def test_a_port_stays_the_same_while_its_own_process_listens_there(tmp_path: Path) -> None:
    ports = Ports(Places(tmp_path))
    with socket.create_server(("127.0.0.1", ports.get("api"))) as server:
        assert ports.get("api") == server.getsockname()[1]


def test_a_preferred_port_that_somebody_has_taken_is_left_to_them(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert not is_free(taken)
        assert Ports(Places(tmp_path)).get("api", taken) != taken


def test_two_stacks_that_start_at_once_never_choose_the_same(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    first, second = Ports(Places(folders[0])), Ports(Places(folders[1]))
    preferred = first.get("api", 21_778)
    assert second.get("api", preferred) != preferred
    del first
    assert Ports(Places(folders[2])).get("api", preferred) == preferred


def test_two_names_never_share_a_port(tmp_path: Path) -> None:
    ports = Ports(Places(tmp_path))
    names = [f"service-{number}" for number in range(40)]
    assert len({ports.get(name, preferred=21_777) for name in names}) == len(names)
