"""Exact words to open or close a text with, such as suit its kind: a letter's would be odd on a sign."""

from collections.abc import Mapping, Sequence

START_PHRASES: Mapping[str, Sequence[str]] = {
    "letter": (
        "I hope this letter finds you well.",
        "I hope that you are well.",
        "Thank you for taking the time to read this.",
        "Let me come straight to the point.",
    ),
    "reply": (
        "Thank you for your message.",
        "Thank you for writing.",
        "Thank you for getting in touch.",
        "Many thanks for your message.",
    ),
    "note": ("Just a quick note.", "Just a short message.", "Here is some news.", "Please read this."),
    "ad": ("Please read on.", "Stop for a moment.", "Take a look.", "Please read this."),
    "product": ("Take a closer look.", "This is worth a look.", "Here is what you get.", "Please read on."),
    "report": (
        "Here are the facts.",
        "Here is a short report.",
        "This is a brief report.",
        "The facts are as follows.",
    ),
    "summary": ("Here is the short version.", "These are the main points.", "Here is what matters.", "In a nutshell:"),
    "minutes": (
        "These are the minutes.",
        "Here are the minutes.",
        "This is what was discussed.",
        "This is a short record.",
    ),
    "analysis": (
        "Here is what stands out.",
        "These are the main points.",
        "Here is what matters.",
        "Let us start with the facts.",
    ),
    "explanation": (
        "Let me explain.",
        "Here is a simple explanation.",
        "It is simpler than it sounds.",
        "First things first.",
    ),
    "instructions": ("Here is what to do.", "This is what to do.", "Please read this first.", "Take it step by step."),
}
"""By kind of text."""

END_PHRASES: Mapping[str, Sequence[str]] = {
    "letter": (
        "With kind regards.",
        "With best wishes.",
        "All the best.",
        "Many thanks.",
        "Thank you for your time.",
        "Thank you very much.",
    ),
    "reply": ("With kind regards.", "With best wishes.", "With warm regards.", "All the best."),
    "note": ("Many thanks.", "Thank you very much.", "With best wishes.", "Take care.", "Thanks and all the best."),
    "ad": ("Please tell your friends.", "Please spread the word.", "Please pass this on.", "Do tell your neighbours."),
    "product": (
        "See for yourself.",
        "Tell your friends.",
        "We hope you like it.",
        "It could be just what you need.",
    ),
    "report": (
        "That is all for now.",
        "That is all there is to report.",
        "Further details are available on request.",
        "Any questions are welcome.",
    ),
    "summary": (
        "That is all for now.",
        "That is the gist of it.",
        "That is it in a nutshell.",
        "Those are the main points.",
    ),
    "minutes": (
        "Noted for the record.",
        "This is a true record.",
        "Corrections are welcome.",
        "That is all there is to record.",
    ),
    "analysis": (
        "That is how things stand.",
        "That is what the figures show.",
        "That is the picture so far.",
        "Please ask if anything is unclear.",
    ),
    "explanation": (
        "That is all there is to it.",
        "That is the whole story.",
        "It is as simple as that.",
        "Now you know.",
    ),
    "instructions": (
        "That is all there is to it.",
        "That is all you need to know.",
        "Please ask if you are unsure.",
        "Just ask if you need help.",
    ),
}
"""By kind of text."""


def suited(phrases: Mapping[str, Sequence[str]], kind: str) -> Sequence[str]:
    """Those of the kind; those of an explanation, which say least about who writes to whom, for a kind without any."""
    return phrases.get(kind, phrases["explanation"])
