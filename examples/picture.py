"""Draw a decision as a picture: why one response beats another.

python examples/picture.py runs/sample docs/decision.svg
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from demo import COMPLIANCE, PROMPT, REFUSAL
from rich.console import Console
from rich.text import Text

from armo import RewardModel
from armo.atomic import write_text
from armo.report.decisions import comparison_view, decision_table


def main(folder: Path, out: Path) -> None:
    """Score two responses and write the comparison as SVG."""
    comparison = RewardModel.from_pretrained(folder).compare(PROMPT, REFUSAL, COMPLIANCE)
    screen = Console(record=True, width=98, file=io.StringIO(), highlight=False)
    screen.print(Text.assemble(("prompt: ", "bold"), PROMPT))
    screen.print(decision_table(comparison.a, f"A: {REFUSAL}"))
    screen.print(comparison_view(comparison, ("A, the refusal", "B, a compliance")))
    # rich links a font from the network; without it the reader's own monospace font serves.
    svg = re.sub(
        r"@font-face \{.*?\}", "", screen.export_svg(title="armo explain"), flags=re.DOTALL
    )
    write_text(out, svg)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
