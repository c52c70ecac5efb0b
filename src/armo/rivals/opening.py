"""What a name on the command line stands for: a reward model, a preference model, or a judge."""

from __future__ import annotations

from pathlib import Path

from armo.errors import InputError
from armo.rivals.system import System

_JUDGE = ".toml"


def is_judge(path: Path) -> bool:
    """Return whether a name is that of a file which describes a judge."""
    return path.suffix == _JUDGE and not path.is_dir()


def is_other_system(path: Path) -> bool:
    """Return whether a name stands for a judge or a preference model, and not for a reward model."""
    return is_judge(path) or _is_preference_model(path)


def refuse_options(path: Path, steer: Path | None, backbone: str | None) -> None:
    """Raise InputError for options that only a reward model has."""
    given = [name for name, value in (("--steer", steer), ("--backbone", backbone)) if value]
    if given:
        what = "a judge" if is_judge(path) else "a preference model"
        raise InputError(
            f"{' and '.join(given)}: {path} is {what}, which has neither weights of objectives nor a "
            "backbone that could stand elsewhere; leave the option out"
        )


def _is_preference_model(path: Path) -> bool:
    from armo.rivals.preference_model.folder import FILE

    return (path / FILE).is_file()


def open_other(path: Path, answers: Path) -> System:
    """Load a preference model, or make a judge of its description.

    Args:
        path: Folder of a preference model, or TOML file of a judge.
        answers: Folder in which a judge keeps its answers.

    Raises:
        ModelError: If the folder is damaged.
        BackboneError: If its language model is absent or another one.
        RecipeError: If the file describes no judge, or the variable with its key is not set.
        MissingExtraError: If a judge needs a library that is not installed.
    """
    if is_judge(path):
        from armo.rivals.judge import JudgeSystem, read_judge

        judge = JudgeSystem(read_judge(path), answers)
        judge.check_ready()
        return judge
    from armo.rivals.preference_model import load_preference_model

    return load_preference_model(path)
