"""Shows a conformance: a table on the terminal, and JUnit XML."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from rich.console import Console
from rich.table import Table
from rich.text import Text

from timeslice.screen import fit
from timeslice.untrusted import visible
from timeslice.witness.conform import ClauseTold, Conformance


def show(told: Conformance, console: Console) -> None:
    """Print the clauses kept and broken. Then tell what each failed scenario did, and what came of it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Clause", "", "Sentence"):
        table.add_column(title, no_wrap=title != "Sentence", overflow="fold")
    for clause in told.clauses:
        sign = Text("✓ kept", "green") if clause.kept else Text("✗ broken", "red")
        sign.plain = fit(sign.plain, console.encoding)
        table.add_row(clause.address, sign, fit(clause.sentence, console.encoding))
    console.print(table)
    for scenario in (one for one in told.scenarios if not one.kept):
        console.print()
        lines = [
            f"{scenario.name}: {scenario.title}",
            *(f"  {failure}" for failure in dict.fromkeys(scenario.failures)),
        ]
        console.print(Text(fit(visible("\n".join(lines)), console.encoding)), soft_wrap=True)
    kept = sum(clause.kept for clause in told.clauses)
    console.print()
    console.print(f"{kept} of {len(told.clauses)} clauses kept", highlight=False)


def junit_xml(told: Conformance) -> str:
    """JUnit XML with a test case for each clause."""
    broken = [clause for clause in told.clauses if not clause.kept]
    totals = {"tests": str(len(told.clauses)), "failures": str(len(broken)), "errors": "0", "skipped": "0"}
    root = Element("testsuites", {"name": "timeslice conform", **totals})
    suite = SubElement(root, "testsuite", {"name": f"{told.lab}.{told.program}", **totals})
    for clause in told.clauses:
        name = {"classname": f"{told.lab}.{told.program}", "name": clause.address, "time": "0.000"}
        case = SubElement(suite, "testcase", name)
        if not clause.kept:
            SubElement(case, "failure", {"message": visible(clause.sentence), "type": "broken"}).text = _why(
                told, clause
            )
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _why(told: Conformance, clause: ClauseTold) -> str:
    lines = [
        f"{one.name}: {failure}"
        for one in told.scenarios
        if one.name in clause.scenarios and not one.kept
        for failure in dict.fromkeys(one.failures)
    ]
    return visible("\n".join(lines))
