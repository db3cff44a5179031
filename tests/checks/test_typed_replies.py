"""Sixty replies that obey, typed as people in a hurry type, and sixty that do not."""

from typing import Any

import pytest

from ifeval.checks.trying import catalogue, judge

CHECKS, _ = catalogue()

TYPED: list[tuple[str, dict[str, Any], str, str]] = [
    ("keywords:topic", {"keyword": "kettle"}, "Descale the **kettle’s** insides w/ vinegar, twice a year.", "Two kettles are better than none, descale them all."),
    ("keywords:mention", {"keyword": "harbour"}, "we meet down by the _harbour_, bring a coat", "we meet at harbourside, bring a coat"),
    ("keywords:any", {"keywords": ["dough", "oven"]}, "1) preheat the OVEN\n2) wait", "1) doughnuts are cheating\n2) so is toast"),
    ("keywords:existence", {"keywords": ["train", "rush hour"]}, "Take the train – just not in the rush  hour, please.", "Take the train, don't rush. An hour is fine."),
    ("keywords:frequency", {"keyword": "tea", "frequency": 3, "relation": "at least"}, "Tea? Tea! “Tea” it is then.", "Tea? Teas! Teatime it is then, with the team."),
    ("keywords:forbidden_words", {"forbidden_words": ["cheap", "free"]}, "It's affordable and freely available all year.", "It's affordable — and delivery is *free*."),
    ("keywords:once", {"keyword": "garden"}, "the garden is yours, gardeners come on Mondays", "the garden is yours; the garden’s gate sticks"),
    ("keywords:order", {"first": "salt", "second": "pepper"}, "no pepper yet… first salt, then the pepper", "pepper goes in, then salt. stir well"),
    ("keywords:letter_frequency", {"letter": "z", "let_frequency": 2, "let_relation": "at least"}, "Żubr, pizza. that's lunch", "pie and a zebra cake for lunch"),
    ("keywords:no_letter", {"letter": "q"}, "nothing of that sort here. done!", "a quick one: Monday it is"),
    ("case:uppercase", {}, "OK — WE'RE ON FOR 7PM.<br>SEE YOU &amp; YOURS", "OK WE'RE ON for 7"),
    ("case:lowercase", {}, "sure thing, see u at 7 :)\n\n- bring <b>cake</b>", "sure thing, see u at 7, says Tom"),
    ("case:title", {}, "The 2nd Shift Starts At 9pm – Bring An iPad", "The second Shift Starts At 9pm"),
    ("change_case:capital_word_frequency", {"capital_frequency": 2, "capital_relation": "at least"}, "this is **VERY** important, do it NOW please", "I told you. A plan is a plan. OK?"),
    ("content:some_question", {}, "Sounds good. Does Tuesday work？ Let me know.", "Sounds good. See https://example.org/?day=tue for it."),
    ("content:some_exclamation", {}, "Well done “everyone!” and see you soon.", "Well done everyone. ![cake](cake.png)"),
    ("content:no_questions", {}, "See https://example.org/?q=tides and wait.", "Who knows, right？ Just wait."),
    ("content:no_exclamations", {}, "Well done. ![cake](cake.png) Enjoy it.", "Well done！ Enjoy it."),
    ("content:questions", {"questions": 2}, "Why? “Who says so?” I do.", "Why? I do. I said so."),
    ("content:semicolons", {"semicolons": 1}, "Fish &amp; chips are on; hurry up", "Fish; chips; peas"),
    ("punctuation:no_comma", {}, "No problem - we can do that on Friday.", "No problem、we can do that"),
    ("format:parentheses", {}, "So (or maybe [perhaps {who knows (not me [for sure])}])", "So (((((maybe, who knows :) for sure"),
    ("content:some_number", {}, "give it ~10 minutes", "1. give it ten minutes\n2. stir"),
    ("content:no_digits", {}, "give it ten minutes, or twenty", "give it 10 minutes"),
    ("count:numbers", {"N": 3}, "It takes 10–15 min and costs €4.50", "It takes 10 min and costs €4.50"),
    ("content:iso_date", {}, "Due: **2026-02-28** (Sat)", "Due: 2026-02-30, or 28/02/2026"),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, "Dear [Name], see you at [place / street]!", "Dear all, see [our map](x.png) and [1]"),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 2}, "Do **this first**, then ***that***", "Do **this first** then 2 * 3 * 4"),
    ("content:email_address", {}, "mail me: <tom.o-neil@mail.example.co.uk>", "mail me: tom at example, or @tom"),
    ("content:hashtags", {"hashtags": 2}, "Great day out!\n#beach #sun2026", "Great day out, we came #1 #beach"),
    ("content:labelled_line", {"label": "Tip"}, "Boil it.\n\n**Tip:** salt the water first", "Boil it. Tip: salt the water first"),
    ("layout:one_paragraph", {}, "All in one go, no breaks, that's it.\n", "All in one go.<br>Or not."),
    ("layout:least_paragraphs", {"paragraphs": 2}, "Hi Sue,\n\nthe boiler is broken again, sorry.\n\nCould you call them today? Thanks.\n\nTom", "# Boiler\n\nThe boiler is broken again, sorry.\n\nTom"),
    ("layout:paragraphs", {"paragraphs": 2}, "**The boiler**\n\nIt is broken again.\n\n---\n\nPlease call them today.", "It is broken again.\nPlease call them today."),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "It is broken again.\n\n***\n\nPlease call them.", "It is broken again.\n\n***\n\n***"),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "However"}, "It broke.\n\n“However, they came fast.”", "It broke.\n\nThey came fast, however."),
    ("layout:echo_paragraphs", {"paragraphs": 2}, "Water is life, and life is *water*.\n\nMoney? Who needs money!", "Water is life.\n\nMoney? Who needs money!"),
    ("combination:two_responses", {}, "Take the bus.\n\n******\n\nWalk, it's nice out.", "Take the bus!\n******\n“Take the bus.”"),
    ("layout:lines", {"lines": 3}, "Roses are red\n\n---\nviolets are blue\n\nthat is all", "Roses are red, violets are blue"),
    ("layout:stairs", {"steps": 3}, "one step\n  two steps\n\n    three steps", "one step\n  two steps\n  three steps"),
    ("layout:acrostic", {"word": "SUN"}, "- **S**and all over\n- “Umbrellas up!”\n- No one home", "Sand all over\nNo one home\nUmbrellas up"),
    ("format:newline", {}, "Just\nstay\n\nhome,\ntoday.", "Just stay\nhome"),
    ("layout:least_bullets", {"bullets": 2}, "Bring:\n• water\n• a hat", "Bring:\n-\n- a hat"),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "* water\n* a hat\n\n* * *\n", "* water\n* a hat\n* sun cream"),
    ("layout:numbered_list", {"items": 3}, "**1.** water\n**2.** a hat\n**3.** sun cream", "1. water\n3. a hat\n4. sun cream"),
    ("layout:sub_bullets", {"bullets": 2}, "* water\n    - two bottles\n* food\n    - bread", "* water\n* food\n    - bread"),
    ("layout:marked_list", {"mark": "=>", "items": 2}, "=>water\n=> a hat", "=> water\n=>"),
    ("layout:table", {"columns": 2, "rows": 1}, "Here you go:\nitem | price\n-----|------\ntea | 2 €\nenjoy!", "| item | price |\n|---|---|\n| | |"),
    ("detectable_format:multiple_sections", {"section_spliter": "Part", "num_sections": 2}, "## Part 1\nWe pack.\n\n**Part 2:** We go.", "We pack as in Part 1 and go as in Part 2."),
    ("layout:headings", {"headings": 2}, "##Plan\nwe pack\n## Then\nwe go", "## Plan\nwe pack\n### Then\nwe go"),
    ("detectable_format:json_format", {}, "```json\n{\"when\": \"7pm\", \"who\": [\"Sue\"]}\n```", "{}"),
    ("layout:template", {"labels": ["Claim", "Reason"]}, "**Claim**: it leaks\n- Reason: old pipes", "Claim: it leaks\nReason:"),
    ("detectable_format:title", {}, "<< Broken Boiler >>\nIt leaks.", "if x << 3 and y >> 2 it leaks"),
    ("edge:start_phrase", {"phrase": "Let's be clear."}, "**Let’s be clear.** It leaks.", "let's be clear, it leaks"),
    ("edge:first_word", {"word": "Today"}, "“Today, we rest.”", "Todays rest is due"),
    ("combination:repeat_prompt", {"prompt_to_repeat": "What's the time?"}, "“What’s the time?” Half past nine.", "What time is it? Half past nine."),
    ("startend:end_checker", {"end_phrase": "That's all."}, "It leaks. **That’s all.**", "It leaks. That's all. Bye"),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}, "See you.\n\n**P.S.** bring the\nbig umbrella", "P.S. bring the big umbrella"),
    ("edge:signature", {"name": "Marta"}, "See you at 7.\n\n**Marta**", "See you at 7. Marta"),
    ("startend:quotation", {}, "„See you at “seven”, then.“", "“See you” at “seven”"),
    ("layout:tags", {"tag": "answer"}, "<answer>\nAt seven.\n</answer>", "<answer></answer>"),
    ("layout:code_block", {}, "```text\nat seven\n```", "```\nat seven\n```\nok?"),
    ("length:most_words", {"words": 6}, "Don't over-think it – we'll see. 🙂", "Don't think, we will see them soon"),
    ("count:word_count_range", {"min_words": 5, "max_words": 6}, "| day | time |\n|---|---|\n| Monday | half past seven |", "day - time - Mon - 7"),
    ("count:unique_word_count", {"N": 4}, "Tea, toast, jam, honey", "Tea, “tea” TEA *tea*"),
    ("words:repeats", {"small_n": 2}, "yes – no – yes – no –", "no, no, “no”"),
    ("length:most_sentences", {"sentences": 2}, "Dear Dr. Lee,\n\nthe U.S. team lands at 6 a.m. tomorrow. Can you come?\n\nBest,\nTom", "They land. You come. We go."),
    ("sentence:exact_count", {"sentences": 2}, "- They land at 6.\n- You come at 7, e.g. by bus! 🙂", "- They land at 6\n- You come at 7"),
    ("sentence:longest", {"words": 5}, "He said “We go now.” Then we went.", "We go now, then we rest"),
    ("sentence:chain", {"sentences": 2}, "All roads lead to **Rome**. “Rome” it is!", "All roads lead to Rome. It is Rome."),
    ("sentence:keyword", {"word": "bus", "N": 2}, "Get up at 6 a.m. tomorrow. Take the _bus_.", "Take the bus. Get up early."),
    ("words:keywords_specific_position", {"keyword": "bus", "n": 1, "m": 3}, "It’s the bus, again.", "The other day a bus came."),
    ("format:emoji", {}, "We won ❤️! See you there 🇪🇸.", "We won 🎉. See you there."),
    ("words:words_position", {"keyword": "bus"}, "My *bus* is late, “your bus” too…", "My bus is late and so is yours"),
]  # fmt: skip
"""An instruction, its arguments, a reply that obeys, and one that does not."""


def test_there_are_sixty_of_each() -> None:
    assert len({name for name, *_ in TYPED}) >= 60


@pytest.mark.parametrize(("name", "arguments", "obedient", "other"), TYPED, ids=[row[0] for row in TYPED])
def test_a_reply_is_judged_as_a_person_would(name: str, arguments: dict[str, Any], obedient: str, other: str) -> None:
    followed = judge(name, arguments, obedient, CHECKS)
    missed = judge(name, arguments, other, CHECKS)
    assert followed.ok, followed.reason
    assert not missed.ok, missed.reason
    for result in (followed, missed):
        assert result.reason
        assert "\n" not in result.reason
        assert not any(wrong in result.reason for wrong in ("1 words", "1 sentences", "1 times", " of 1 lines"))
