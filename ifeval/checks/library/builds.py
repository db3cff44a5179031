"""What several instructions do to a draft."""

from collections.abc import Callable
from random import Random

from ifeval.checks.library.draft import CannotBuild, Draft, Material
from ifeval.checks.library.instruction import Arguments, Build
from ifeval.checks.text.reading import read

QUESTIONS = ("Do you want to know", "Are you wondering", "Have you asked yourself", "Would you like to know")
"""What an indirect question makes a question with."""

_SMALL = frozenset(
    """
    A Abandoned About Above According Add Admission Adults Advice After Afterwards Air Albums All Allow Allowance
    Almost Already Among An And Anger Another Any Anyone Anything Apart Apologies Applicants Arrive Article As Ask
    At Attendance Audiences Back Backups Bake Barbecues Bats Be Bear Because Beds Bees Beetles Before Begin
    Beginners Behind Belongings Below Between Beyond Bicycles Bikes Blight Boil Boiling Bones Book Boots Borrow Both
    Bottle Breakfast Bring Broken Bubbles Built But Buying By Cakes Calculate Calibrate Call Callers Cancel Card
    Cards Careful Carrots Carts Cellars Changing Charcoal Charging Check Children Choices Choose Classes Cleaning
    Clear Climbing Close Closed Coaches Coats Coffee Collect Come Compare Compared Compile Completed Conditions
    Congratulations Consumption Copies Could Councillors Counting Crab Crack Criminals Custard Customers Cut
    Cyclists Daily Dear Delete Deliveries Demand Diesel Discover Divided Do Dogs Doing Don't Donors Doors Dress
    Drink Drivers Drop Drum Drums Dry During Each Eat Eating Either Emissions Endurance Enter Entry Even Every
    Everybody Everyday Everyone Everything Expect Explore Failing Families Feel Fertiliser Fetch Fewer Fifty Files
    Fill Finance Finish Finished First Fitting Five Flavour Flooding Flying Follow Food For Forced Form Forms Four
    Foxes Fresh From Frozen Fruit Fry Full Fumes Funds Future Garden Gas Give Gloves Glowing Go Going Good Goods
    Grapes Gravity Greetings Groups Guests Gusts Habits Half Hand Handle Hang Hard Haste Have He Heap Heat Heating
    Heels Help Her Here High Hiring His History Hold Homemade Hours How However Hurry Hygiene Ideal If Ignore
    Imagine In Infected Ingredients Ink Insert Inside Inspect Instead Interest Invoices It Its Jigsaws Join Just
    Keep Keys Kind Kitchen Large Last Late Lay Learn Leave Leaving Lessons Let Letters Light Lightning Linseed List
    Listed Listen Listeners Living Look Looking Lost Loudspeakers Lunch Made Mail Maintenance Make Many Marks
    Marmalade Mats Meanwhile Measure Meet Members Membership Menus Microbes Mobility Moisture More Most Move
    Movements Mussels My Neap Nearly Nectar Neither Never New Newcomers Next Nitrite No Nobody None Not Nothing
    Notice Now Nursing Objects Of Offcuts On Once One Only Open Opinion Opinions Orders Our Out Outdoors Oven Over
    Pack Padded Pain Pale Panels Paper Parking Part Pass Passengers Patience Patients Pay Payment Payroll Pears
    Pedestrians People Perhaps Photographs Pictures Pigment Pinch Places Please Plots Pocket Pot Pour Practice
    Predators Present Press Pressing Profit Pull Pupils Push Put Question Questions Quiet Quotes Racing Rail Rails
    Rain Rainfall Raw Reach Read Readers Reading Readings Record Recordings Recovery Refill Refrigeration Refunds
    Registered Regular Rejected Relatives Repair Repaired Repairing Repairs Repeat Replacing Report Residents
    Resilvering Respite Respondents Results Retention Returns Reuse Revenue Rewiring Riders Ring Rinse Rolls
    Rounding Rows Rub Rules Running Runny Rust Rye Safety Savers Say Scan Scratched Scratches Screws Seats See Send
    Serve Serving Set Several Shake Shared She Sheets Shoes Shortly Should Shut Sick Sign Signs Silence Simple Since
    Singers Sit Slow Small Smaller Smell So Soft Some Somebody Someone Something Somewhere Sorry Sort Soup Space
    Spaces Spelt Spending Sprinkle Staff Stand Start Stay Stir Stray Students Subscriptions Subtitles Such Sunshine
    Supply Swimmers Switch Take Talent Taste Tell Ten Test Thank Thanks That The Their Then There These They Things
    Think This Those Three Tickets Tie Time Times Timing Tips Tissue To Today Today's Together Tomorrow Tonight's
    Too Top Torn Touch Toys Traffic Train Training Transport Travellers Tray Treat Treatment Try Turn Twice Two Type
    Typing Tyre Under Undyed Unfortunately Unless Unlike Unreturned Until Up Use Users Using Vegetables Vegetarians
    Ventilation Version Viewing Vinegar Visibility Visitors Wait Wakeful Walk Walkers Warm Wash Waste Watch Water
    Waterproof We Wear Weekly Weigh Well What Whatever When Where Whether Which While Who Whoever Wind Wipe With
    Within Without Wobble Work Worn Would Wrap Wrecks Write Yes You Your Yours Zones""".split()  # noqa: SIM905 - easier to read
)
"""First words of sentences that are no names."""

MOST_GROWTH = 80
"""How often a draft may grow before it is given up."""


def amount(name: str, least: int, most: int) -> Callable[[Random, Material], Arguments]:
    """A sampler of one number from `least` to `most`."""
    return lambda rng, material: {name: rng.randint(least, most)}


def weave(words: str) -> Build:
    """A build that puts `words` into the text."""
    return lambda draft, arguments: draft.weave(words)


def mention_each(draft: Draft, words: list[str]) -> None:
    """Add the sentences that use `words`, each once."""
    for sentence in dict.fromkeys(map(draft.using, words)):
        if not any(sentence == block[index] for block, index in draft.sentences()):
            draft.add(sentence)


def exclaim(draft: Draft, count: int) -> None:
    """End the shortest `count` sentences with an exclamation mark."""
    while len(draft.sentences()) < count:
        draft.grow()
    stops = [(block, index) for block, index in draft.sentences() if block[index].endswith(".")]
    for block, index in sorted(stops, key=lambda place: len(place[0][place[1]]))[:count]:
        block[index] = block[index][:-1] + "!"


def ask(draft: Draft, count: int) -> None:
    """Put a question before each of `count` points: "Do you want to know what the roof costs?"."""
    label = {sentence: point.label for point in draft.material.points for sentence in point.sentences}
    for opening in QUESTIONS[:count]:
        block, index = next(
            ((b, i) for b, i in draft.sentences() if b[i] in label and not (i and b[i - 1].endswith("?"))), (None, 0)
        )
        if block is None:
            raise CannotBuild
        block.insert(index, f"{opening} {label[block[index]]}?")


def first(line: str) -> Build:
    """A build that opens the reply with `line`, its arguments filled in."""
    return lambda draft, arguments: draft.head.insert(0, line.format(**arguments))


def last(line: str) -> Build:
    """A build that closes the reply with `line`, its arguments filled in."""
    return lambda draft, arguments: draft.tail.append(line.format(**arguments))


def begin(word: str, sentence: str) -> str:
    """The sentence with `word` before its first, which loses its capital where it is no name."""
    return f"{word} {uncapitalised(sentence)}"


def uncapitalised(sentence: str) -> str:
    """The sentence as it goes on after another word."""
    return f"{sentence[0].lower()}{sentence[1:]}" if sentence.split()[0] in _SMALL else sentence


def until(measure: Callable[[str], int], wanted: str) -> Build:
    """A build that lets the draft grow until `measure` of it reaches the argument `wanted`."""

    def build(draft: Draft, arguments: Arguments) -> None:
        for _ in range(MOST_GROWTH):
            if measure(draft.render()) >= arguments[wanted]:
                break
            draft.grow()

    return build


def build_relation(measure: Callable[[str], int], wanted: str) -> Build:
    """The same where the relation is "at least"; otherwise the draft stays as it is."""
    grow = until(measure, wanted)
    return lambda draft, arguments: grow(draft, arguments) if arguments["relation"] == "at least" else None


def count_words(text: str) -> int:
    """How many words the checks find in it."""
    return len(read(text).words)


def count_sentences(text: str) -> int:
    """How many sentences the checks find in it."""
    return len(read(text).sentences)


build_least_sentences = until(count_sentences, "sentences")
build_least_words = until(count_words, "words")


def build_exact_sentences(draft: Draft, arguments: Arguments) -> None:
    """Make the text exactly as many sentences as the argument `sentences` says."""
    build_least_sentences(draft, arguments)
    draft.fixed_sentences = True


def bound(arguments: Arguments) -> str:
    """The relation in words: "fewer than", "at least"."""
    return "fewer than" if arguments["relation"] == "less than" else arguments["relation"]
