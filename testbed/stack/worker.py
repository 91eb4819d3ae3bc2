"""Workers for one machine, each a program that is configured by its environment."""

from collections.abc import Mapping

from testbed.stack.program import Program
from testbed.stack.supervisor import Supervisor, python


async def start_worker(supervisor: Supervisor, number: int, settings: Mapping[str, str]) -> Program:
    """Start one worker; tasks wait in Temporal until it polls."""
    program = Program(
        supervisor=supervisor, name=f"worker-{number}", argv=python("worker"), settings=settings
    )
    await program.up()
    return program
