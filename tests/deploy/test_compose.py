import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

Compose = Callable[..., subprocess.CompletedProcess[str]]
Stack = dict[str, Any]

SECRET = re.compile(r"PASSWORD|PWD|SECRET|TOKEN|CREDENTIAL|API_?KEY|PRIVATE")
OPEN_DOORS = {"temporal-ui": ["127.0.0.1"]}


def test_compose_itself_accepts_the_file(compose: Compose) -> None:
    read = compose("--profile", "*", "config", "--quiet", env_file=".env.example")
    assert (read.returncode, read.stderr) == (0, "")


def test_what_only_you_know_is_asked_for_before_anything_starts(compose: Compose) -> None:
    read = compose("config")
    assert read.returncode != 0
    assert re.search(r"required variable \w+ is missing a value: .+, in \.env", read.stderr)


def test_the_example_states_the_defaults(compose: Compose, root: Path, tmp_path: Path) -> None:
    asked = re.findall(r"\$\{(\w+):\?", (root / "docker-compose.yml").read_text())
    lines = (root / ".env.example").read_text().splitlines()
    bare = tmp_path / "bare"
    bare.write_text("\n".join(line for line in lines if line.partition("=")[0] in asked))
    example = compose("config", env_file=".env.example")
    assert example.returncode == 0, example.stderr
    assert example.stdout == compose("config", env_file=str(bare)).stdout


def test_every_variable_of_the_file_is_in_the_example(root: Path) -> None:
    used = set(re.findall(r"\$\{(\w+)", (root / "docker-compose.yml").read_text()))
    offered = re.findall(r"^(\w+)=", (root / ".env.example").read_text(), re.MULTILINE)
    assert sorted(used) == sorted(offered)


def test_a_gate_on_health_stands_only_before_a_service_that_has_a_probe(stack: Stack) -> None:
    services = stack["services"]
    for name, service in services.items():
        for other, gate in service.get("depends_on", {}).items():
            if gate["condition"] == "service_healthy":
                probe = services[other].get("healthcheck", {}).get("test")
                assert probe, f"{name} waits for {other} for ever"
            else:
                assert gate["condition"] == "service_completed_successfully"
                assert services[other]["restart"] == "on-failure:5", f"{other} never completes"


def test_every_mounted_folder_is_in_the_repository(stack: Stack, root: Path) -> None:
    folders = {m["source"] for _, m in _mounts(stack) if m["type"] == "bind"}
    assert folders == {str(root / "deploy/postgres"), str(root / "deploy/temporal")}
    assert all(Path(folder).is_dir() for folder in folders)


def test_every_mounted_file_that_a_service_names_exists(stack: Stack) -> None:
    named = 0
    for service, mount in _mounts(stack):
        said = [*(service["entrypoint"] or []), *service["environment"].values()]
        for path in (p for p in said if str(p).startswith(f"{mount['target']}/")):
            inside = Path(path).relative_to(mount["target"])
            assert (Path(mount["source"]) / inside).is_file()
            named += 1
    assert named == 4  # three scripts and the server's dynamic configuration


def test_the_servers_dynamic_configuration_lists_values_for_each_name(root: Path) -> None:
    file = root / "deploy/temporal/dynamicconfig/cashward.yaml"
    names: dict[str, list[dict[str, object]]] = yaml.safe_load(file.read_text())
    assert names
    assert all("value" in choice for choices in names.values() for choice in choices)


def test_every_image_is_pinned(stack: Stack) -> None:
    for name, service in stack["services"].items():
        _, _, tag = service["image"].partition(":")
        assert re.match(r"\d", tag), f"{name} floats: {service['image']}"


def test_no_secret_stands_in_an_environment(stack: Stack) -> None:
    for name, service in stack["services"].items():
        mounted = {f"/run/secrets/{s['target'].split('/')[-1]}" for s in service.get("secrets", [])}
        for variable, value in service.get("environment", {}).items():
            assert not re.search(r"://[^/]*:[^/]*@", value), f"{name}: {variable} holds a password"
            if SECRET.search(variable):
                assert variable.endswith("_FILE"), f"{name}: {variable} is in clear"
                assert value in mounted, f"{name} does not get {value}"


def test_every_secret_is_used_and_explained(stack: Stack, root: Path) -> None:
    readers = stack["services"].values()
    used = {secret["source"] for reader in readers for secret in reader.get("secrets", [])}
    page = (root / "deploy/secrets/README.md").read_text()
    explained = re.findall(r"^\| `(\w+)`", page, re.MULTILINE)
    assert set(stack["secrets"]) == used == set(explained)


def test_a_worker_gets_no_administrator_password(stack: Stack) -> None:
    for name in ("cashward-worker", "cashward-migrate", "temporal", "temporal-schema"):
        assert not [s for s in stack["services"][name]["secrets"] if "admin" in s["source"]]
    worker = stack["services"]["cashward-worker"]["secrets"]
    assert not [secret for secret in worker if "migrator" in secret["source"]]


def test_databases_and_temporal_are_reached_from_inside_only(stack: Stack) -> None:
    inside = {name for name, network in stack["networks"].items() if network.get("internal")}
    assert inside == {"product", "temporal"}
    homes = {"cashward-db": "product", "temporal-db": "temporal", "temporal": "temporal"}
    for name, home in homes.items():
        assert list(stack["services"][name]["networks"]) == [home]


def test_the_console_alone_has_a_port_and_only_on_loopback(stack: Stack) -> None:
    doors = {
        name: [port.get("host_ip") for port in service["ports"]]
        for name, service in stack["services"].items()
        if service.get("ports")
    }
    assert doors == OPEN_DOORS


def test_every_service_runs_without_privilege_on_a_root_it_cannot_write(stack: Stack) -> None:
    for name, service in stack["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_a_worker_may_be_multiplied(stack: Stack) -> None:
    worker = stack["services"]["cashward-worker"]
    assert worker["deploy"]["replicas"] == 2
    assert "container_name" not in worker
    assert "ports" not in worker


def test_server_and_administration_tools_are_of_one_version(stack: Stack) -> None:
    tags = {
        service["image"].split(":")[1]
        for service in stack["services"].values()
        if service["image"].startswith(("temporalio/server", "temporalio/admin-tools"))
    }
    assert len(tags) == 1


def _mounts(stack: Stack) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for service in stack["services"].values():
        for mount in service.get("volumes", []):
            yield service, mount
