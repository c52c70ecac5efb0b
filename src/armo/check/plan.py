"""What `--fix` writes where, and that nothing is lost by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from armo.check.writing import check_ending
from armo.data.sources import Source
from armo.errors import InputError


@dataclass(frozen=True)
class FixPlan:
    """Files that are written.

    Attributes:
        rows: The good rows.
        rejects: The faulty ones: where they stand, and why.
    """

    rows: Path
    rejects: Path


def plan_fixes(
    sources: Sequence[Source], wanted: bool, out: Path | None, overwrite: bool
) -> list[FixPlan | None]:
    """Return where to write the good rows of each source, and its rejects; nothing unless wanted.

    Args:
        sources: Files or known sets.
        wanted: Whether anything is written.
        out: Where to, for one source; by default `NAME.fixed.jsonl` beside the file, or here for a set.
        overwrite: Whether files of an earlier run may be replaced. What is read never is.

    Raises:
        InputError: If something would be overwritten, the name of `out` says no form to write, or
            options do not go together.
    """
    if not wanted:
        if out is not None or overwrite:
            raise InputError("--out and --force say where --fix writes; give --fix too")
        return [None] * len(sources)
    if out is not None and len(sources) > 1:
        raise InputError("--out goes with one file; without it each is written beside its own")
    plans: list[FixPlan | None] = []
    taken: set[Path] = set()
    for source in sources:
        rows = out or _default(Path(source.file or source.label))
        plan = plan_output(rows, sources, overwrite)
        if rows.resolve() in taken:
            raise InputError(f"{rows} would be written twice; check these files one by one")
        taken.add(rows.resolve())
        plans.append(plan)
    return plans


def plan_output(rows: Path, sources: Sequence[Source], overwrite: bool) -> FixPlan:
    """Return where rows go, and the rejects beside them.

    Args:
        rows: The file of the rows.
        sources: What is read meanwhile, and never replaced.
        overwrite: Whether files of an earlier run may be.

    Raises:
        InputError: If something would be overwritten, or the name says no form to write.
    """
    check_ending(rows)
    plan = FixPlan(rows, Path(f"{rows}.rejects.jsonl"))
    for path in (plan.rows, plan.rejects):
        _check_free(path, [Path(source.file) for source in sources if source.file], overwrite)
    return plan


def _check_free(path: Path, read: Sequence[Path], overwrite: bool) -> None:
    if path.is_dir():
        raise InputError(f"{path} is a folder; give a file to --out")
    if not path.exists():
        return
    if any(path.samefile(other) for other in read if other.exists()):
        raise InputError(f"{path} is a file that is read; give another one to --out")
    if not overwrite:
        raise InputError(f"{path} exists; give another --out, or --force to replace it")


def _default(source: Path) -> Path:
    packed = ".gz" if source.suffix.lower() == ".gz" else ""
    name = source.stem if packed else source.name
    stem = name.rpartition(".")[0] or name
    return source.with_name(f"{stem}.fixed.jsonl{packed}")
