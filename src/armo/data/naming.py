"""How a command line names data: `FILE`, `SET`, or `SET:FILE`, and after a set `,name=value` options."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from armo.data.sets import Kind, KnownSet, known_sets
from armo.data.sources import Source
from armo.errors import InputError, nearest

# Options that say what is read of a hub set, not what is made of its rows.
_OF_HUB = ("split", "configuration", "revision")
# A comma begins an option only before a name and `=`, so that files and values may have commas.
_OPTION = re.compile(r",(?=[A-Za-z_]\w*=)")


def parse_source(text: str, kinds: Sequence[Kind], base: Path | None = None) -> Source:
    """Return what a name on a command line stands for.

    `FILE` holds native rows. `SET` is a known set, from the hub, by its own name or that of its hub
    set; `SET:FILE` is a file in the set's own layout. Of the options behind a set, `split`,
    `configuration` and `revision` say what is read of the hub; all others are the set's own. An
    existing file of that very name goes before all else.

    Args:
        text: The name.
        kinds: Kinds of rows that can be used.
        base: Where relative files are; the working directory where it is absent.

    Raises:
        InputError: If it stands for nothing, for sets of several kinds, or an option has no place.
    """
    _check_text(text)
    folder = "" if base is None else base
    if Path(folder, text).is_file():
        return Source(file=str(Path(folder, text)))
    name, colon, rest = text.partition(":")
    if colon and _sets_named(name):
        file, options = (rest, []) if Path(folder, rest).is_file() else _split(rest)
        whole = str(Path(folder, file)) if file else ""
        return _in_layout(find_named_set(name, kinds), whole, _pairs(text, options))
    head, options = _split(text)
    if options and Path(folder, head).is_file():
        raise InputError(
            f"{text}: options belong to a known set; write SET:{head},{options[0]} if the file is in a "
            "set's own layout"
        )
    return _of_hub(_known_or_told(head, kinds), _pairs(text, options))


def find_named_set(name: str, kinds: Sequence[Kind]) -> KnownSet:
    """Return the known set of a name, or of that of its hub set, in upper or lower case.

    Raises:
        InputError: If none has the name, none of these kinds has, or several sets do.
    """
    named = _sets_named(name)
    if not named:
        near = nearest(name, dict.fromkeys(known.name for known in known_sets()))
        raise InputError(
            f"no set is known as '{name}'{near}; `armo data sets` lists those that are"
        )
    fitting = [known for known in named if known.kind in kinds]
    found = ", ".join(dict.fromkeys(known.kind for known in fitting or named))
    if not fitting:
        wanted = " or ".join(kinds) or "what is asked for"
        raise InputError(f"the set '{name}' has {found}, not {wanted}")
    names = list(dict.fromkeys(known.name for known in fitting))
    if len(names) > 1:
        raise InputError(f"'{name}' holds several known sets; name one of {', '.join(names)}")
    if len(fitting) > 1:
        raise InputError(f"the set '{name}' is known for several kinds; give --kind: {found}")
    return fitting[0]


def _sets_named(name: str) -> list[KnownSet]:
    wanted = name.lower()
    by_name = [known for known in known_sets() if known.name.lower() == wanted]
    return by_name or [known for known in known_sets() if known.hub.lower() == wanted]


def _check_text(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(f"{text!r}: its name is not UTF-8; rename the file") from None


def _split(text: str) -> tuple[str, list[str]]:
    head, *options = _OPTION.split(text)
    return head, options


def _pairs(text: str, options: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for option in options:
        name, _, value = option.partition("=")
        if name in found:
            raise InputError(f"{text}: option '{name}' is given twice")
        found[name] = value
    return found


def _known_or_told(name: str, kinds: Sequence[Kind]) -> KnownSet:
    if _sets_named(name):
        return find_named_set(name, kinds)
    told = "is a folder" if Path(name).is_dir() else "no such file"
    names = dict.fromkeys(known.name for known in known_sets() if known.kind in kinds)
    # Before a colon should stand a set, and before a comma a set or a file.
    near = nearest(re.split(r"[:,]", name)[0], names)
    raise InputError(
        f"{name}: {told}, and no known set{near}; give a file, a set that `armo data sets` lists, or "
        "SET:FILE for a file in a set's own layout, with options as in SET,name=value"
    )


def _in_layout(known: KnownSet, file: str, options: dict[str, str]) -> Source:
    if not Path(file).is_file():
        told = "is a folder" if file and Path(file).is_dir() else "no such file"
        raise InputError(
            f"{known.name}:{file}: {told}; give a file in the layout of {known.name} behind the colon"
        )
    if of_hub := [name for name in options if name in _OF_HUB]:
        raise InputError(
            f"{', '.join(of_hub)}: of a set of the hub, while {file} is a file; leave it out"
        )
    return Source(file=file, set=known.name, options=_typed(known, options))


def _of_hub(known: KnownSet, options: dict[str, str]) -> Source:
    own = {name: value for name, value in options.items() if name not in _OF_HUB}
    split = options.get("split", "")
    # Rows tell their split only where several are read; one alone that was asked for is their subset.
    if "subset" in known.option_defaults() and split not in ("", known.split) and "+" not in split:
        own.setdefault("subset", split)
    return Source(
        set=known.name,
        subset=options.get("configuration", ""),
        split=split,
        revision=options.get("revision", ""),
        options=_typed(known, own),
    )


def _typed(known: KnownSet, options: dict[str, str]) -> dict[str, Any]:
    """Return options with values as JSON reads them, and as text where the set wants text."""
    defaults = known.option_defaults()
    return {
        name: value if isinstance(defaults.get(name), str) else _value(value)
        for name, value in options.items()
    }


def _value(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
