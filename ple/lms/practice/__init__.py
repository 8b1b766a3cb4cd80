"""A practice LMS on this machine: a place to hand work in without risk, and what the tests and the demo talk to.

It speaks the parts of Moodle's and Canvas' interfaces that ple uses, and behaves as the real ones were seen to behave,
their bad habits included. It needs nothing but the standard library and is reachable from this machine only.
"""

from ple.lms.practice.faults import FAULTS, Faults
from ple.lms.practice.school import School
from ple.lms.practice.server import CANVAS_TOKEN, MOODLE_TOKEN, PracticeLms

__all__ = ["CANVAS_TOKEN", "FAULTS", "MOODLE_TOKEN", "Faults", "PracticeLms", "School"]
