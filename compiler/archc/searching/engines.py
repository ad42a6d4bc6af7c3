"""Where trials run: executors of ``concurrent.futures``, one for each kind of place.

Whatever they run is ``supervise``, which needs the search's folder and the number of a trial; so
any other executor fits as well.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from archc.errors import SettingError, ToolError
from archir.base.optional import require

ENGINES = ("local", "ray", "submitit")

POLL = 0.2
"""Seconds between two looks at jobs that have been handed in."""


def executor(
    engine: str, parallel: int, folder: Path, address: str | None, resources: Mapping[str, Any]
) -> Executor:
    """The executor of an engine. PackageMissingError where it needs what is not installed."""
    if engine == "ray":
        return RayExecutor(address, resources)
    if engine == "submitit":
        return SubmititExecutor(folder / "jobs", address, resources)
    if engine != "local":
        raise SettingError(f"there is no engine {engine}", f"there are: {', '.join(ENGINES)}")
    if address is not None or resources:
        raise SettingError("the engine local has neither an address nor resources")
    # A thread watches each trial, which has a process of its own.
    return ThreadPoolExecutor(parallel, "archc-trial")


class RayExecutor(Executor):
    """Ray's tasks, on this machine or on a cluster. What is lost is handed in again by us."""

    def __init__(self, address: str | None, resources: Mapping[str, Any]) -> None:
        require("ray")
        import ray

        self._ray = ray
        self._began = not ray.is_initialized()
        if self._began:
            paths = os.pathsep.join(each for each in sys.path if each)
            try:
                ray.init(
                    address=address,
                    include_dashboard=False if address is None else None,
                    log_to_driver=False,
                    runtime_env={"env_vars": {"PYTHONPATH": paths}},
                )
            except Exception as error:  # it has no class for a node that does not start in time
                where = "on this machine" if address is None else f"at {address}"
                raise ToolError(f"Ray does not answer {where}: {error}") from error
        self._options = {"num_cpus": 1, **resources, "max_retries": 0}

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        task = self._ray.remote(fn).options(**self._options)
        found: Future[Any] = task.remote(*args, **kwargs).future()
        return found

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        if self._began:
            self._ray.shutdown()


class SubmititExecutor(Executor):
    """submitit's jobs: SLURM's where there is SLURM, else processes of this machine."""

    def __init__(self, folder: Path, cluster: str | None, resources: Mapping[str, Any]) -> None:
        require("submitit")
        import submitit

        try:
            self._executor = submitit.AutoExecutor(folder, cluster)
            self._executor.update_parameters(**resources)
        except (RuntimeError, ValueError, NameError, TypeError) as error:
            raise SettingError(f"submitit takes no such jobs: {error}") from error
        self._jobs: dict[Future[Any], Any] = {}
        self._changed = threading.Event()
        self._ends = False
        self._lock = threading.Lock()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            job = self._executor.submit(fn, *args, **kwargs)
        except (OSError, RuntimeError) as error:
            raise ToolError(f"the job cannot be handed in: {error}") from error
        future.set_running_or_notify_cancel()
        with self._lock:
            self._jobs[future] = job
        self._changed.set()
        return future

    def _watch(self) -> None:
        while not self._ends:
            with self._lock:
                jobs = list(self._jobs.items())
            for future, job in jobs:
                if job.done():
                    with self._lock:
                        del self._jobs[future]
                    error = job.exception()
                    if error is None:
                        future.set_result(job.result())
                    else:
                        future.set_exception(error)
            self._changed.wait(POLL if jobs else None)
            self._changed.clear()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        self._ends = True
        self._changed.set()
        self._watcher.join()
        if cancel_futures:
            for job in self._jobs.values():
                job.cancel()
