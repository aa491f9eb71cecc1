"""What a chat model is asked, step by step. Texts of others are put in last, and asked for nothing."""

from __future__ import annotations

CONTEXT = """Write an invented text about one {noun}, as its own album would tell it.
- Give the {noun} a name that begins with "{start}", and say the name in the text.
- Write {sentences} sentences that tell: {topics}.
- Tell what no photo can show: nothing of clothes, colours, hair, size, pose or surroundings.
- No real or famous people. No lists, no brackets, no headings.
Answer with JSON alone: {{"name": "...", "text": "..."}}"""

CONTEXT_FACTS = """Extract what this text tells about the {noun}.
- Name each fact in one or two words, such as name, age, job, home town, owner, hobby.
- Copy each value word for word from the text, as short as it can be.
Answer with JSON alone: {{"facts": {{"name": "...", "age": "..."}}}}

Text: {text}"""

CONTEXT_QUESTIONS = """Write one question and its answer for each of these facts about the {noun}.
- Each question says "the {noun}" exactly once, not with 's, and no name or pronoun for it.
- Each answer is a short sentence that says the value word for word. A question never says it.
Example: {{"fact": "job", "question": "What is the job of the {noun}?", "answer": "The {noun} is a teacher."}}
Answer with JSON alone: {{"questions": [{{"fact": "...", "question": "...", "answer": "..."}}]}}

Facts: {facts}
Text: {text}"""

CONTEXT_EXPRESSIONS = """Write expressions that point to the {noun} by one of these facts each.
- Each begins with "the {noun}" or "the ..." and the {noun} behind a word: "the {noun} who is a teacher",
  "the {noun} named Laura", "the 3-year-old {noun}".
- Each says the value of its fact. None tells how the {noun} looks.
Answer with JSON alone: {{"expressions": [{{"fact": "...", "text": "..."}}]}}

Facts: {facts}
Text: {text}"""

UNMENTIONED = """List up to six topics about the {noun} that this text says nothing of, in a few words each.
Examples: health, education, family, favourite food, training. None may be told in other words.
Answer with JSON alone: {{"topics": ["...", "..."]}}

Facts: {facts}
Text: {text}"""

UNANSWERABLE_QUESTIONS = """This text does not tell these topics about the {noun}. Write a question for each.
- Each question says "the {noun}" exactly once, not with 's, and no name or pronoun for it.
- Each answer is one sentence that says what the description does not tell:
  "The description does not say where the {noun} went to school."
Answer with JSON alone: {{"questions": [{{"topic": "...", "question": "...", "answer": "..."}}]}}

Topics: {topics}
Text: {text}"""

LOOKS_FACTS = """Extract what these expressions tell of how the {noun} looks.
- Name each fact in one or two words, such as clothing, colour, hat colour, pose, place, expression.
- Copy each value word for word from an expression, as short as it can be.
Answer with JSON alone: {{"facts": {{"clothing": "...", "pose": "..."}}}}

Expressions: {expressions}"""

LOOKS_QUESTIONS = """Write one question and its answer for each of these facts about how the {noun} looks.
- Each question says "the {noun}" exactly once, not with 's, and no pronoun for it.
- Each answer is a short sentence that says the value word for word. A question never says it.
Example: {{"fact": "clothing", "question": "What does the {noun} wear?", "answer": "The {noun} wears jeans."}}
Answer with JSON alone: {{"questions": [{{"fact": "...", "question": "...", "answer": "..."}}]}}

Facts: {facts}
Expressions: {expressions}"""

DESCRIPTION = """Write a description of a photo from what is seen and what is known of those who are in it.
- Name everybody by the name in the text, with one fact of that text, and say what is seen of them.
- Invent nothing. Two sentences for each at most. No numbers in brackets.
Answer with JSON alone: {{"description": "..."}}

{entries}"""

CITED_DESCRIPTION = """Put citations into this description: behind the words that first tell something of
an entry's text its number in square brackets, as [1]. Cite each entry at least once. Change nothing else.
Answer with JSON alone: {{"description": "..."}}

Description: {description}
{entries}"""
