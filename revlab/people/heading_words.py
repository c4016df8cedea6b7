"""Headings that speak for themselves: what a heading of one or two words stands for."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["DECLARED_WORDS", "HEADING_WORDS", "MAIL_WORDS"]

HEADING_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "person_id": (
            *("personid", "employeeid", "employeenumber", "employeeno", "staffid", "staffnumber"),
            *("staffno", "workerid", "userid", "empid", "id", "emailaddress", "email", "upn"),
            *(
                "workemail",
                "mail",
                "personalnummer",
                "personalnr",
                "mitarbeiternummer",
                "emailadresse",
            ),
        ),
        "unit": (
            *("unit", "department", "organisation", "organization", "division", "businessunit"),
            *("directorate", "dept", "orgunit", "function", "team", "abteilung", "bereich"),
            *("geschftsbereich", "organisationseinheit"),
        ),
        "grade": (
            *("grade", "joblevel", "level", "jobgrade", "band", "seniority", "rank", "paygrade"),
            *("stufe", "laufbahnstufe", "entgeltgruppe", "besoldungsgruppe", "hierarchieebene"),
        ),
        "profession": ("profession", "jobfamily", "jobrole", "discipline", "occupation", "beruf"),
        "site": (
            *("site", "location", "office", "city", "workplace", "standort", "dienstort", "ort"),
        ),
        "started": (
            *("startdate", "hiredate", "dateofhire", "joiningdate", "dateofjoining", "datejoined"),
            *("entrydate", "startedon", "eintrittsdatum", "eintritt"),
        ),
        "tenure": (
            *("tenure", "yearsatcompany", "yearsofservice", "tenureyears", "seniorityyears"),
            *("yrsemployed", "yearsemployed"),
        ),
        "capacity": ("capacity", "maxpartners", "maxmentees", "maxmentors", "partners"),
        "availability": ("availability", "available", "timeslots", "slots", "verfgbarkeit"),
        "languages": ("languages", "language", "spokenlanguages", "sprachen"),
        "interests": ("interests", "hobbies", "interessen"),
        "objectives": ("objectives", "goals", "aims"),
        "manager_id": (
            *(
                "managerid",
                "manager",
                "linemanager",
                "managersemail",
                "manageremail",
                "vorgesetzter",
            ),
            *("vorgesetzte", "fhrungskraft"),
        ),
        "offers": ("offers", "skills", "skillsoffered", "canteach", "expertise", "bietet"),
        "needs": (
            "needs",
            "skillswanted",
            "skillsneeded",
            "wantstolearn",
            "learninggoals",
            "sucht",
        ),
        "both_sides": ("bothsides", "bothmentorandmentee", "bothroles"),
        "conflicts": ("conflicts", "notwith", "excludedpartners"),
    }
)
"""Field to headings, in small Latin letters only: "Führungskraft" is "fhrungskraft"."""

DECLARED_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "gender": ("gender", "sex", "geschlecht"),
        "identity": ("identity", "characteristics"),
        "ethnicity": ("ethnicity", "ethnicgroup"),
        "disability": ("disability",),
    }
)
"""Self-declared field to headings."""

MAIL_WORDS = {"person_id": ("emailaddress", "email", "workemail", "mail", "upn", "emailadresse")}
"""Headings of an e-mail address."""
