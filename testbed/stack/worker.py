"""Workers for one machine: each a program of its own, told everything by its environment."""

from collections.abc import Mapping

from testbed.stack.crew import Crew, python
from testbed.stack.program import Program


async def start_worker(crew: Crew, number: int, settings: Mapping[str, str]) -> Program:
    """Start one worker; what it is asked before it polls waits in Temporal."""
    program = Program(crew=crew, name=f"worker-{number}", argv=python("worker"), settings=settings)
    await program.up()
    return program
