"""What a reason may not be: a prohibited use (docs/domain.md), or words that say nothing.

A list of words can be written around; it stops the careless and makes the deliberate leave a trail. The offence list,
the second person, the public log and the owner's own yes are what hold.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from hub.policy.likeness import as_read

if TYPE_CHECKING:
    from collections.abc import Mapping


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


_PEOPLE = (
    r"people|persons?|workers?|laborers?|m[ae]n|wom[ae]n|famil(?:y|ies)|"
    r"gente|personas?|trabajador\w*|hombres?|mujer(?:es)?|familias?"
)
PROHIBITED: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "prohibited_assembly": _words(
            r"protest(?!ant)\w*",
            r"demonstrat(?:ion|ions|or|ors)",
            r"rall(?:y|ies)",
            r"picket\w*",
            r"vigils?",
            r"(?:lawful|peaceful) (?:assembly|gathering)",
            r"gathering at (?:the )?(?:church|mosque|synagogue|temple|capitol|city hall)",
            r"marchers?",
            r"activists?",
            r"(?:sit|die)-ins?",
            r"(?:school|students?|workers?) walk-?outs?",
            r"(?:march|marched|marching|marches) (?:against|for (?:justice|rights)|on (?:the )?(?:capitol|city hall))",
            r"boycott\w*",
            r"union (?:organi[sz]\w+|meetings?|drives)",
            r"manifestaci\w+",
            r"manifestantes?",
            r"huelgas?",
            r"drag (?:shows?|story|queens?)",
        ),
        "prohibited_immigration": _words(
            r"immigra\w+",
            r"undocumented",
            r"deport(?!es?\b|iv|ist)\w*",  # not "ropa deportiva"
            r"visa status",
            r"citizenship",
            r"illegal aliens?",
            r"migrant(?:s|es?)?",
            r"asylum",
            r"green cards?",
            r"border patrol",
            r"ICE (?:agents?|arrests?|detainers?|holds?|operations?|raids?|warrants?)",
            r"inmigra\w+",
            r"indocumentad\w+",
            rf"(?:{_PEOPLE}) (?:without|sin) (?:papers|papeles)",
        ),
        "prohibited_care": _words(
            r"abortions?",
            r"reproductive",
            r"gender[ -](?:affirming|care|transition)\w*",
            r"hormone therapy",
            r"transgender",
            r"planned parenthood",
            r"(?:birth control|contracepti\w+|miscarriages?|fertility clinics?)",
            r"(?:end|ended|ending|terminat\w+) (?:a |her |the )?pregnanc\w+",
            r"abort(?:os?|ar)",
        ),
        "prohibited_traffic": _words(
            r"traffic (?:violations?|tickets?|stops?|citations?|offen[cs]es?)",
            r"speeding",
            r"parking (?:violations?|tickets?)",
            r"(?:ran|running) (?:a |the )?(?:red light|stop sign)",
            r"expired (?:tags?|registration)",
            r"jaywalk\w*",
            r"(?:uninsured|unlicensed) (?:driver|vehicle|car)s?",
            r"exceso de velocidad",
        ),
        "prohibited_personal": _words(
            r"personal (?:use|matter|reasons?|favou?r)",
            r"(?<!as a )favou?r for a friend",
            r"(?:I|we) (?:am|are|was|were|have been) asked by (?:a|my) friends?",
            r"mi (?:ex|esposa|esposo|novia|novio|vecin[ao]|hij[ao])",
            r"my (?:ex|wife|husband|girlfriend|boyfriend|partner|neighbou?r|son|daughter|family)",
        ),
    }
)
# With these taken out, a reason has to say something still.
_EMPTY_WORDS = re.compile(
    r"\b(?:investigat\w*|police|law enforcement|business|official\w*|ongoing|active|routine|general|purposes?|reasons?|"
    r"matters?|needed|evidence|footage|video|cameras?|case|criminal|crimes?|activity|suspicious|incident|request\w*|"
    r"please|various)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{3,}")
MEANING_MIN_WORDS = 3


def said(reason: str, why_larger: str | None) -> str:
    """Return all that an officer writes: what residents read, and what a supervisor reads."""
    return f"{reason}\n{why_larger or ''}"


def prohibited(reason: str) -> tuple[str, ...]:
    """Return the names of the prohibited uses that ``reason`` speaks of."""
    read = as_read(reason)
    return tuple(rule for rule, pattern in PROHIBITED.items() if pattern.search(read))


def is_vague(reason: str) -> bool:
    """Say whether fewer than three words are left when those that fit every request are taken out."""
    return len(_WORD.findall(_EMPTY_WORDS.sub(" ", reason))) < MEANING_MIN_WORDS
