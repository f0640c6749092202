"""The words for verdicts and outcomes. Every report uses the same words. A colour always has a word beside it."""

from __future__ import annotations

from dataclasses import dataclass

from timeslice.model import Outcome, Verdict


@dataclass(frozen=True)
class Word:
    """How a report shows a verdict or an outcome: a word, a sign, a tone (what the colour means), and its meaning."""

    label: str
    sign: str
    tone: str  # good, bad, memory, time, quiet, kit
    meaning: str


VERDICTS = {
    Verdict.PASSED: Word("Passed", "✓", "good", "Everything was as the test expects."),
    Verdict.FAILED: Word("Failed", "✗", "bad", "The test expected something else."),
    Verdict.CRASHED: Word("Crashed", "✗", "bad", "A signal ended the program."),
    Verdict.EXITED_EARLY: Word("Exited early", "✗", "bad", "The program ended before the test was over."),
    Verdict.TIMED_OUT: Word(
        "Timed out", "✗", "time", "The test did not end within its time limit. The kit stopped it."
    ),
    Verdict.LEAKED: Word("Leaked", "✗", "memory", "Memory was not freed, or a descriptor was not closed."),
    Verdict.MEMORY_ERROR: Word("Memory error", "✗", "memory", "Valgrind or a sanitizer reported an error."),
    Verdict.LEFT_PROCESS: Word(
        "Left a process", "✗", "bad", "The test ended, but a process that it started still ran."
    ),
    Verdict.SKIPPED: Word("Skipped", "✗", "bad", "The code under test skipped the test."),
    Verdict.INCOMPLETE: Word("Incomplete", "✗", "bad", "A part of the test did not run."),
    Verdict.NOT_RUN: Word("Not run", "○", "quiet", "An earlier step failed, so this test could not run."),
    Verdict.BROKEN: Word("Broken", "!", "kit", "The kit failed here, not your code. This costs no points."),
}

OUTCOMES = {
    Outcome.PASSED: Word("Full marks", "✓", "good", "All checks passed."),
    Outcome.FAILED: Word("Points lost", "✗", "bad", "Some checks did not pass."),
    Outcome.BROKEN: Word("Broken", "!", "kit", "The kit or the machine failed. Grade the submission again."),
    Outcome.SUSPICIOUS: Word(
        "Suspicious", "?", "time", "Points are withheld until a person has looked at this submission."
    ),
}
