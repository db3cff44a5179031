"""A small material to try instruction types out on: notes of an imaginary harbour master about the tides."""

from ifeval.checks.library.draft import Material, Point


def example(wanted: int = 3) -> Material:
    """Nine points and ten words about the tides; a reply must make `wanted` (1 to 9) of the points."""
    return Material(
        request="Explain to the new crew how the tides work in our harbour.",
        subject="the tides in the harbour",
        title="How the Tides Work Here",
        points=_POINTS,
        words=dict(_WORDS),
        wanted=wanted,
    )


_POINTS = (
    Point(
        "what causes the tides",
        ("The moon pulls the water and so causes the tides.", "Tides are made by the pull of the moon."),
    ),
    Point(
        "how often the water rises",
        ("The water rises 2 times in 25 hours.", "In 25 hours you will see the water rise 2 times."),
    ),
    Point(
        "where the gauge hangs",
        ("The gauge hangs on the old pier.", "You find the gauge on the old pier by the steps."),
    ),
    Point("who reads the gauge", ("The gauge is read by Anders Holm every morning.", "Anders Holm reads the gauge.")),
    Point(
        "when the harbour is too shallow",
        (
            "At low water the harbour is too shallow for the big boat.",
            "The big boat cannot leave the harbour at low water.",
        ),
    ),
    Point(
        "how long the crew has to wait",
        (
            "After low water the crew waits 3 hours before the boat can leave.",
            "A boat waits about 3 hours after low water.",
        ),
    ),
    Point(
        "what a storm does to the water",
        (
            "A storm from the west can push the water up by 80 cm.",
            "With a storm from the west the water stands 80 cm higher.",
        ),
    ),
    Point(
        "where the tables are kept",
        (
            "The tables of the tides are kept in the office, next to the radio.",
            "From 1 March you will find the tables beside the radio.",
        ),
    ),
    Point(
        "what to do in doubt",
        ("When in doubt call the office on the radio.", "If unsure, call the office before you leave."),
    ),
)
_WORDS = (
    ("patience", "A little patience saves a lot of trouble."),
    ("safety", "It is a matter of safety for all on board."),
    ("gravity", "The force behind it is gravity."),
    ("watch", "Keep a watch on the clock."),
    ("habit", "Soon it becomes a habit."),
    ("keel", "A deep keel needs deep water."),
    ("ropes", "Leave the ropes a little slack."),
    ("ladder", "The ladder is steep when the water is low."),
    ("quay", "Nobody should sleep on the quay."),
    ("zero", "The mark for zero is painted in yellow."),
)
