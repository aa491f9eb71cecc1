"""What a noun says about who or what bears it."""

from __future__ import annotations

from gallery.entity import EntityKind
from vision.detector import noun_key

# A noun that ends in one of these means a person; a dog is not counted among the people of a photo.
_PEOPLE = frozenset(
    """
    actor actress adult artist astronaut athlete aunt author baby boy boyfriend bride bridegroom brother
    chef child coach colleague congressman congresswoman cousin dad daughter doctor engineer father fiance
    fiancee fiancé fiancée friend gentleman girl girlfriend grandchild granddad granddaughter grandfather
    grandma grandmother grandpa grandson granny groom guest guy husband journalist judge kid lady lawyer man
    mayor mom mother mum musician neighbor neighbour nephew niece nurse painter parent partner person
    photographer poet policeman policewoman politician president professor representative scientist senator
    singer sister soldier son student teacher teenager toddler uncle wife woman writer
    """.split()  # noqa: SIM905  # as running text it can be read
)


def kind_of_noun(noun: str) -> EntityKind:
    """A person where a noun says so.

    >>> kind_of_noun("old woman").value, kind_of_noun("mug").value
    ('person', 'thing')
    """
    last = noun_key(noun).rpartition(" ")[2]
    return EntityKind.PERSON if last in _PEOPLE else EntityKind.THING
