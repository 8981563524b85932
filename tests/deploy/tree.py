"""A stage of the image as a folder: this machine's root under a layer of its own, in which the stage's steps are done.

The base image cannot be had without its registry, so this machine's system stands in for it, with `python` on the PATH.
Only for a process in a mount namespace of its own: nothing of this is seen outside, and all of it is gone with it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tests.deploy.context import context
from tests.deploy.dockerfile import Instruction, Stage
from tests.guards.project import ROOT

PATH = "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin"
_SHELLS = ("sh", "dash", "bash")


class Tree:
    """One stage. What its steps write lies in memory."""

    def __init__(self, place: Path) -> None:
        for name in ("upper", "work", "root"):
            (place / name).mkdir(parents=True)
        self.root = place / "root"
        layers = f"lowerdir=/,upperdir={place / 'upper'},workdir={place / 'work'}"
        _mount("-t", "overlay", "overlay", "-o", layers, str(self.root))
        self._at = "/"
        self.env = {"PATH": PATH, "HOME": "/root"}
        self._python()

    def _python(self) -> None:
        """As the base image has it: on the PATH, and for every user."""
        base = Path(sys.executable).resolve()
        link = self.inside(str(base.with_name("python")))
        if not link.exists():
            link.symlink_to(base.name)
        self.env["PATH"] = f"{base.parent}:{PATH}"
        for parent in base.parents:
            inside = self.inside(str(parent))
            inside.chmod(inside.stat().st_mode | 0o011)

    def inside(self, path: str) -> Path:
        """Where a path of the image is, absolute or from the working directory."""
        return self.root / os.path.join(self._at, path).lstrip("/")  # noqa: PTH118 - an absolute second part wins

    def build(self, stage: Stage, earlier: dict[str, Tree]) -> None:
        """Do its steps, in their order."""
        _mount("-t", "tmpfs", "tmpfs", str(self.root / "tmp"))
        _mount("--rbind", "/dev", str(self.root / "dev"))
        _mount("-t", "proc", "proc", str(self.root / "proc"))
        for step in stage.instructions:
            if step.word == "WORKDIR":
                self._at = step.rest
                self.inside(".").mkdir(parents=True, exist_ok=True)
            elif step.word == "RUN":
                self._run(step.rest)
            elif step.word == "COPY":
                self._copy(step, earlier)
        self.env = stage.environment(self.env)

    def _run(self, command: str) -> None:
        # The settings of pip are the builder's own: where its index is.
        env = self.env | {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
        command = f"cd {shlex.quote(self._at)} && {command}"
        subprocess.run(
            [shutil.which("chroot") or "chroot", self.root, "/bin/sh", "-c", command],
            env=env,
            check=True,
            stdout=sys.stderr,
        )

    def _copy(self, step: Instruction, earlier: dict[str, Tree]) -> None:
        *sources, target = step.rest.split()
        if sources[0].startswith("--from="):
            source = earlier[sources[0].removeprefix("--from=")].inside(sources[1])
            self.inside(target).parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-a", source, self.inside(target)], check=True)
            return
        for source in sources:
            files = [file for file in context() if file == source or file.startswith(f"{source}/")]
            assert files, f"COPY {source}: .dockerignore lets nothing of it through"
            for file in files:
                rest = Path(file).relative_to(source) if file != source else Path(source).name
                made = self.inside(target) / rest if file != source or target.endswith("/") else self.inside(target)
                made.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, made)

    def without_shell(self) -> None:
        """As an image would be that has none."""
        for name in _SHELLS:
            (self.root / "usr/bin" / name).unlink(missing_ok=True)

    def read_only(self, *volumes: str) -> None:
        """As `--read-only --tmpfs /tmp` with an empty volume at each of these places, whose owner is the image's."""
        for volume in volumes:
            owned = self.inside(volume).stat()
            mode = f"uid={owned.st_uid},gid={owned.st_gid},mode={owned.st_mode & 0o777:o}"
            _mount("-t", "tmpfs", "-o", mode, "tmpfs", str(self.inside(volume)))
        _mount("-o", "remount,ro", str(self.root))


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)
