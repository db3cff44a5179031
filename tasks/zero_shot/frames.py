"""The sentences around an instruction, by language and wording: data only.

A frame is a list of paragraphs with the parts of an item in braces; a paragraph left empty disappears. `Ask` is `ask`
with a capital. Small talk stays clear of cities, animals, numbers and things, so that it can't change an answer.
"""

WORDINGS = ("terse", "polite", "rambling", "input_first")

Frame = tuple[str, ...]

FRAMES: dict[str, dict[str, tuple[Frame, ...]]] = {
    "en": {
        "terse": (
            ("{Ask}.", "{rules}", "{reply}", "{input}"),
            ("Task: {ask}.", "{rules}", "{reply}", "{input}"),
            ("Instruction: {ask}. {reply}", "{rules}", "{input}"),
        ),
        "polite": (
            ("Hello! Could you please {ask}?", "{rules}", "{reply}", "{input}", "Thank you very much!"),
            ("Hi there, I'd be grateful if you could {ask}.", "{rules}", "{input}", "{reply} Thanks a lot!"),
            ("Good morning! Would you mind helping me? Please {ask}.", "{rules}", "{input}", "{reply} Many thanks!"),
        ),
        "rambling": (
            (
                "{friend} and I were just talking about this, and then we got on to other things, as we always do, and "
                "in the end I said that I would ask you.",
                "So please {ask}. {reply}",
                "{rules}",
                "{input}",
                "{friend} says hello, by the way, and I'll pass on what you write.",
            ),
            (
                "{friend} asked me this yesterday, and then it slipped my mind.",
                "{Ask}. {reply}",
                "{rules}",
                "{input}",
                "There is no hurry, by the way.",
            ),
            (
                "You know how it is when you think something will be quick and then it isn't. {friend} and I talked "
                "about it for ages yesterday.",
                "What it comes down to is this: please {ask}.",
                "{rules}",
                "{reply}",
                "{input}",
                "I'll make tea in the meantime. {friend} will laugh when I tell them how long I put this off.",
            ),
        ),
        "input_first": (
            ("{input}", "{rules}", "{Ask}. {reply}"),
            ("{input}", "{rules}", "Please {ask}. {reply}"),
        ),
    },
    "de": {
        "terse": (("Aufgabe: {ask}.", "{rules}", "{reply}", "{input}"),),
        "polite": (("Guten Tag! Könntest du bitte {ask}?", "{rules}", "{reply}", "{input}", "Vielen Dank!"),),
        "rambling": (
            (
                "Also, heute ist wieder so ein Tag, und {friend} sagt mir ständig, ich soll einfach um Hilfe bitten.",
                "Könntest du deshalb kurz {ask}? {reply}",
                "{rules}",
                "{input}",
                "Ich würde es ja selbst machen, aber mir schwirrt der Kopf. Entschuldige das Gerede!",
            ),
        ),
        "input_first": (("{input}", "{rules}", "Bitte {ask}. {reply}"),),
    },
    "fr": {
        "terse": (("Tâche : {ask}.", "{rules}", "{reply}", "{input}"),),
        "polite": (("Bonjour ! Pourriez-vous {ask}, s'il vous plaît ?", "{rules}", "{reply}", "{input}", "Merci !"),),
        "rambling": (
            (
                "Bon, c'est une de ces journées, et {friend} me répète de demander de l'aide, ce que je ne fais jamais.",
                "Alors voilà, pourriez-vous {ask} ? {reply}",
                "{rules}",
                "{input}",
                "Je le ferais bien, mais j'ai la tête ailleurs. Pardon pour ce long message !",
            ),
        ),
        "input_first": (("{input}", "{rules}", "Merci de bien vouloir {ask}. {reply}"),),
    },
    "es": {
        "terse": (("Tarea: {ask}.", "{rules}", "{reply}", "{input}"),),
        "polite": (("¡Buenos días! ¿Podría {ask}, por favor?", "{rules}", "{reply}", "{input}", "¡Muchas gracias!"),),
        "rambling": (
            (
                "Bueno, hoy es uno de esos días, y {friend} me repite que pida ayuda, cosa que nunca hago.",
                "Así que, ¿podría {ask}? {reply}",
                "{rules}",
                "{input}",
                "Lo haría yo, pero tengo la cabeza en otra parte. ¡Perdón por enrollarme!",
            ),
        ),
        "input_first": (("{input}", "{rules}", "Hay que {ask}. {reply}"),),
    },
    "it": {
        "terse": (("Compito: {ask}.", "{rules}", "{reply}", "{input}"),),
        "polite": (("Buongiorno! Potrebbe {ask}, per favore?", "{rules}", "{reply}", "{input}", "Grazie mille!"),),
        "rambling": (
            (
                "Allora, oggi è una di quelle giornate, e {friend} mi ripete di chiedere aiuto, cosa che non faccio mai.",
                "Quindi, potrebbe {ask}? {reply}",
                "{rules}",
                "{input}",
                "Lo farei da me, ma ho la testa altrove. Mi scusi per le chiacchiere!",
            ),
        ),
        "input_first": (("{input}", "{rules}", "Si prega di {ask}. {reply}"),),
    },
    "pt": {
        "terse": (("Tarefa: {ask}.", "{rules}", "{reply}", "{input}"),),
        "polite": (("Bom dia! Poderia {ask}, por favor?", "{rules}", "{reply}", "{input}", "Muito obrigado!"),),
        "rambling": (
            (
                "Bem, hoje é um daqueles dias, e {friend} vive me dizendo para pedir ajuda, coisa que nunca faço.",
                "Então, poderia {ask}? {reply}",
                "{rules}",
                "{input}",
                "Eu mesmo faria, mas estou com a cabeça em outro lugar. Desculpe a conversa!",
            ),
        ),
        "input_first": (("{input}", "{rules}", "É preciso {ask}. {reply}"),),
    },
    "zh": {
        "terse": (("任务：{ask}。", "{rules}", "{reply}", "{input}"),),
        "polite": (("您好！能不能请您{ask}？", "{rules}", "{reply}", "{input}", "非常感谢！"),),
        "rambling": (
            (
                "今天真是忙得不可开交，{friend}老是劝我找人帮忙，可我总是不好意思开口。",
                "所以想麻烦您{ask}。{reply}",
                "{rules}",
                "{input}",
                "本来我自己也能做，只是现在脑子太乱了。说了这么多，不好意思！",
            ),
        ),
        "input_first": (("{input}", "{rules}", "请{ask}。{reply}"),),
    },
}

SURFACES: dict[str, tuple[str, ...]] = {
    "en": ("Input:\n{input}", 'Text:\n"""\n{input}\n"""', "<input>\n{input}\n</input>", "---\n{input}\n---"),
    "de": ("Text: {input}", "---\n{input}\n---"),
    "fr": ("Texte : {input}", "---\n{input}\n---"),
    "es": ("Texto: {input}", "---\n{input}\n---"),
    "it": ("Testo: {input}", "---\n{input}\n---"),
    "pt": ("Texto: {input}", "---\n{input}\n---"),
    "zh": ("文本：{input}", "---\n{input}\n---"),
}
"""How the material is set off from the rest; drawn anew for every wording, so cousins differ in surface too."""
