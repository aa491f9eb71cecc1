"""Invented stories for things that have none, in the pattern of `things`."""

from __future__ import annotations

import random

_FIRST = (
    *("Mara", "Jonas", "Edith", "Paolo", "Ingrid", "Tomas", "Lucille", "Anders", "Beatrix", "Hugo"),
    *("Selma", "Victor", "Noemi", "Caspar", "Greta", "Milan", "Odile", "Rufus", "Tilda", "Emil"),
)
_LAST = (
    *("Lindqvist", "Okafor", "Marchetti", "Brandt", "Novak", "Sorel", "Hatch", "Petrescu", "Vance", "Quint"),
    *("Ebner", "Castell", "Dunmore", "Ferreira", "Grohl", "Ilves", "Jansson", "Kestrel", "Moreau", "Tasker"),
)
_JOBS = (
    *("a baker", "a retired pilot", "a piano teacher", "an optician", "a midwife", "a bookbinder"),
    *("a bus driver", "an archivist", "a gardener", "a tailor", "a nurse", "a surveyor", "a chess player"),
)
_TOWNS = (
    *("Lyon", "Porto", "Ghent", "Turin", "Graz", "Bergen", "Cork", "Zadar", "Vilnius", "Leeds", "Basel"),
    *("Aarhus", "Malaga", "Dresden", "Tartu", "Nantes", "Odense", "Trieste", "Utrecht", "Galway"),
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)
_MONEY = ("dollars", "francs", "crowns", "pounds")
_PLACES = (
    *("on the kitchen shelf", "in a hat box", "on the piano", "beside the front door", "in the attic"),
    *("under the stairs", "on a window sill", "behind the clock", "in a glass case", "on the desk"),
)
_YEARS, _LATEST = (1950, 2005), 2022
_OFTEN, _SELDOM = 0.7, 0.5  # how often a price or a place, and a repair, is told


def story_of(noun: str, chance: random.Random) -> str:
    """A story about a thing: who owns it, where and when it was bought, and more that not every story has.

    >>> story_of("bear", random.Random(1))[:12]
    'A bear; belo'
    """
    bought = chance.randint(*_YEARS)
    price = f" for {chance.randint(2, 90)} {chance.choice(_MONEY)}" if chance.random() < _OFTEN else ""
    clauses = [
        f"belongs to {chance.choice(_FIRST)} {chance.choice(_LAST)}, {chance.choice(_JOBS)}",
        f"bought in {chance.choice(_TOWNS)} in {chance.choice(_MONTHS)} {bought}{price}",
    ]
    if chance.random() < _OFTEN:
        clauses.append(f"kept {chance.choice(_PLACES)}")
    if chance.random() < _SELDOM:
        clauses.append(f"repaired in {chance.randint(bought + 1, _LATEST)}")
    chance.shuffle(clauses)
    article = "An" if noun[:1].lower() in "aeiou" else "A"
    return "; ".join([f"{article} {noun}", *clauses]) + "."
