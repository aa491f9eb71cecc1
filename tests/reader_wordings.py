"""How people ask for the facts of a biography: wordings to tune on, and others that nobody tuned on."""

from __future__ import annotations

Wordings = dict[str, tuple[str, ...]]

TUNED: Wordings = {
    "birthplace": (
        "Where was {person} born?",
        "What is the birthplace of {person}?",
        "Which town does {person} come from?",
        "Where is {person} from originally?",
        "where was {person} born and raised",
    ),
    "birth date": (
        "When was {person} born?",
        "What is the date of birth of {person}?",
        "On what day is the birthday of {person}?",
        "How old is {person}?",
    ),
    "college": (
        "Where did {person} go to college?",
        "What is the alma mater of {person}?",
        "Which university gave {person} a bachelor's degree?",
        "Where did {person} study as an undergraduate?",
    ),
    "college year": (
        "In what year did {person} graduate from college?",
        "When did {person} finish college?",
        "When did {person} get a bachelor's degree?",
        "What year was the college graduation of {person}?",
    ),
    "law school": (
        "Where did {person} study law?",
        "Which law school did {person} go to?",
        "Where did {person} get a law degree?",
        "From where does {person} have a J.D.?",
    ),
    "law degree year": (
        "When did {person} graduate from law school?",
        "In which year did {person} earn a law degree?",
        "When did {person} finish law school?",
        "What year did {person} receive a J.D.?",
    ),
    "high school": (
        "Which high school did {person} attend?",
        "Where did {person} go to high school?",
        "What is the name of the high school of {person}?",
        "Where did {person} finish high school?",
    ),
    "state senate years": (
        "When was {person} in the state senate?",
        "During which years was {person} a state senator?",
        "How long did {person} serve in the state senate?",
        "From when to when did {person} sit in the senate of the state?",
    ),
    "state house years": (
        "When did {person} serve in the state legislature?",
        "Which years did {person} spend in the lower house of the state legislature?",
        "How long was {person} a member of the state house?",
        "When was {person} a state representative or assembly member?",
    ),
    "in Congress since": (
        "Since when has {person} been in Congress?",
        "When did {person} enter Congress?",
        "When was {person} first elected to Congress?",
        "How long has {person} served in the House of Representatives?",
    ),
    "committee": (
        "Which committee has {person} chaired?",
        "What committee does {person} lead?",
        "Was {person} ever the head of a committee?",
        "Which panel or committee was run by {person}?",
    ),
    "state": (
        "Which state does {person} represent?",
        "What office does {person} hold?",
        "Who is {person}?",
        "For which state does {person} sit in Congress?",
    ),
    "party": (
        "Which party does {person} belong to?",
        "Is {person} a Democrat or a Republican?",
        "What is the political affiliation of {person}?",
        "What are the politics of {person}?",
    ),
    "military": (
        "Was {person} in the military?",
        "Is {person} a veteran?",
        "Which branch of the armed forces did {person} serve in?",
        "Tell me about the military service of {person}.",
    ),
    "trade": (
        "What did {person} do before politics?",
        "What is the profession of {person}?",
        "What was the job of {person}?",
        "What did {person} do for a living?",
    ),
    "not told": (
        "What is the favourite colour of {person}?",
        "How tall is {person}?",
        "What kind of car does {person} drive?",
        "What is {person} wearing?",
        "Does {person} like jazz?",
    ),
    "somebody else": (
        "Where was {person} born?",
        "What did {person} study?",
        "Is {person} a Republican?",
        "Which party does {person} belong to?",
        "Who is {person}?",
    ),
}

HELD_OUT: Wordings = {
    "birthplace": (
        "What's the hometown of {person}?",
        "In which city was {person} born?",
        "Can you tell me where {person} was born?",
        "{person} was born where?",
    ),
    "birth date": (
        "What year was {person} born in?",
        "Tell me the birth date of {person}.",
        "When does {person} celebrate a birthday?",
        "What is the age of {person}?",
    ),
    "college": (
        "What college did {person} graduate from?",
        "Where did {person} earn a bachelor's?",
        "Tell me where {person} got an undergraduate degree.",
        "Which college or university did {person} attend?",
    ),
    "college year": (
        "When did {person} complete a bachelor's degree?",
        "What year did {person} leave university with a first degree?",
        "In which year did {person} receive an undergraduate degree?",
        "{person} graduated from college in what year?",
    ),
    "law school": (
        "What law school is {person} a graduate of?",
        "Where was {person} trained as a lawyer?",
        "Who awarded {person} the law degree?",
        "Did {person} go to law school, and where?",
    ),
    "law degree year": (
        "When was the law degree of {person} awarded?",
        "What year did {person} complete law school?",
        "In what year did {person} become a law graduate?",
        "When did {person} leave law school?",
    ),
    "high school": (
        "What high school is {person} a graduate of?",
        "Name the secondary school of {person}.",
        "From which high school did {person} graduate?",
        "What was {person}'s high school?",
    ),
    "state senate years": (
        "What were {person}'s years in the state senate?",
        "When did {person} serve as a state senator?",
        "Between which years did {person} hold a seat in the state senate?",
        "Was {person} ever in the state senate, and when?",
    ),
    "state house years": (
        "When was {person} a state legislator?",
        "In what years did {person} serve in the state house of representatives or assembly?",
        "What time did {person} spend in the state legislature?",
        "How many years did {person} work as a state lawmaker?",
    ),
    "in Congress since": (
        "How long has {person} been a member of Congress?",
        "What date did {person} take office in Congress?",
        "When did {person} become a member of the U.S. House?",
        "In what year did {person} join Congress?",
    ),
    "committee": (
        "What committee was chaired by {person}?",
        "Which committee did {person} preside over?",
        "Of which committee was {person} chairman?",
        "Has {person} held a committee chair?",
    ),
    "state": (
        "What state is {person} a lawmaker for?",
        "What is {person}'s current position?",
        "Tell me who {person} is.",
        "Whom does {person} represent?",
    ),
    "party": (
        "What's the party of {person}?",
        "Is {person} Republican?",
        "Did {person} run as a Democrat or Republican?",
        "What political party is {person} in?",
    ),
    "military": (
        "Did {person} ever serve in the army or navy?",
        "What military experience does {person} have?",
        "Has {person} been a soldier?",
        "What branch of the military was {person} in?",
    ),
    "trade": (
        "What line of work was {person} in?",
        "What is {person}'s occupation?",
        "How did {person} earn a living before being elected?",
        "What career did {person} have outside politics?",
    ),
    "not told": (
        "What does {person} eat for breakfast?",
        "What music does {person} listen to?",
        "Does {person} have a dog?",
        "What is {person} holding in one hand?",
        "How much money does {person} earn?",
    ),
    "somebody else": (
        "Can you tell me where {person} was born?",
        "Did {person} go to law school, and where?",
        "What is {person}'s occupation?",
        "Tell me who {person} is.",
        "In what year did {person} join Congress?",
    ),
}
