"""The words for verdicts and outcomes, the same in every report: colour never says anything alone."""

from __future__ import annotations

from dataclasses import dataclass

from timeslice.model import Outcome, Verdict


@dataclass(frozen=True)
class Word:
    """How a verdict or an outcome is shown: a word, a sign, a tone (a colour by its meaning), and what it means."""

    label: str
    sign: str
    tone: str  # good, bad, memory, time, quiet, kit
    meaning: str


VERDICTS = {
    Verdict.PASSED: Word("Passed", "✓", "good", "All of it held."),
    Verdict.FAILED: Word("Failed", "✗", "bad", "What the test asked for did not hold."),
    Verdict.CRASHED: Word("Crashed", "✗", "bad", "The program died of a signal."),
    Verdict.EXITED_EARLY: Word("Exited early", "✗", "bad", "The program ended before the test did."),
    Verdict.TIMED_OUT: Word("Timed out", "✗", "time", "The test did not end in its time and was stopped."),
    Verdict.LEAKED: Word("Leaked", "✗", "memory", "Memory or a descriptor was left behind."),
    Verdict.MEMORY_ERROR: Word("Memory error", "✗", "memory", "Valgrind saw an access that is not allowed."),
    Verdict.LEFT_PROCESS: Word("Left a process", "✗", "bad", "A process that the test started outlived it."),
    Verdict.SKIPPED: Word("Skipped", "✗", "bad", "The code under test skipped the test."),
    Verdict.INCOMPLETE: Word("Incomplete", "✗", "bad", "Part of the test never ran."),
    Verdict.NOT_RUN: Word("Not run", "○", "quiet", "An earlier step failed: there was nothing to run."),
    Verdict.BROKEN: Word("Broken", "!", "kit", "The grading kit failed here, not your code. It costs no points."),
}

OUTCOMES = {
    Outcome.PASSED: Word("Full marks", "✓", "good", "Every check passed."),
    Outcome.FAILED: Word("Points lost", "✗", "bad", "Some checks did not pass."),
    Outcome.BROKEN: Word("Broken", "!", "kit", "The grading kit or the machine failed: grade it again."),
    Outcome.SUSPICIOUS: Word("Suspicious", "?", "time", "A person has to look at this before it counts."),
}
