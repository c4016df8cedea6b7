"""The `revlab` command: one short function per command, each a call into the rooms."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from revlab.cli_claims import claims
from revlab.cli_comments import comments
from revlab.cli_design import diagnose
from revlab.cli_evaluate import evaluate
from revlab.cli_intake import intake
from revlab.cli_learn import learn
from revlab.cli_options import say
from revlab.cli_pairing import compare, pair
from revlab.cli_pilot import refresh, report, study
from revlab.cli_plan import plan
from revlab.cli_roster import check
from revlab.cli_rounds import lottery, rematch, why
from revlab.cli_servers import app as explorer
from revlab.cli_servers import lab
from revlab.cli_skills import skills
from revlab.errors import OptionError, RevlabError

__all__ = ["app", "main", "spread"]

_EXAMPLES = {
    "study": """
        revlab study
        revlab study --roster juniors.csv seniors.csv --out my-site
        revlab study --roster staff.xlsx --mapping roster.toml --pilot my-pilot --seed 7
    """,
    "check": """
        revlab check staff.csv --save-mapping roster.toml
        revlab check juniors.csv seniors.csv --repair clean.csv
        revlab check my-pilot
    """,
    "pair": """
        revlab pair staff.csv --policy optimal --out pairs.csv
        revlab pair juniors.csv seniors.csv --policy stable_mentee --out pairs.csv --yes
        revlab pair staff.csv --policy most_pairs --across site=0.5 --out pairs.csv
        revlab pair staff.csv --policy optimal --key keys/my.key --out pairs.csv
        revlab pair staff.csv --policy optimal --traits t.csv --skills s.sqlite --out pairs.csv
    """,
    "compare": """
        revlab compare staff.csv
        revlab compare staff.csv --policies random,greedy,most_pairs
        revlab compare staff.csv --own-pairs by-hand.csv
    """,
    "lottery": """
        revlab lottery staff.csv --cap 0.4 --out pairs.csv --keep lottery
    """,
    "rematch": """
        revlab rematch staff-now.csv --pairs pairs.csv --out next.csv
        revlab rematch staff.csv --pairs pairs.csv --left P017 --exchange-rate inf --out next.csv
    """,
    "why": """
        revlab why staff.csv --pairs pairs.csv --mentee P003 --mentor P041
    """,
    "diagnose": """
        revlab diagnose staff.csv --pairs 48 --pools 12
        revlab diagnose staff.csv --policies stable_mentee,random --effect 0.4 --sims 500
        revlab diagnose staff.csv --policies optimal+training=1,optimal+training=0 --unit dyad
    """,
    "learn": """
        revlab learn my-pilot --out learned.toml
        revlab diagnose staff.csv --learned learned.toml
    """,
    "evaluate": """
        revlab evaluate my-pilot pairs.csv --roster staff.csv --out numbers.csv
        revlab evaluate my-pilot chances.csv --scale voice --role mentor
    """,
    "plan": """
        revlab plan my-pilot --seal my-pilot/registered.toml
        revlab plan my-pilot --against registered.toml --digest 85dea97cc76d
    """,
    "report": """
        revlab report my-pilot --out my-site
    """,
    "lab": """
        revlab lab
        revlab lab --folder my-notebooks --no-browser --port 9999
    """,
    "app": """
        revlab app
        revlab app --no-browser --port 9999
    """,
}
_COMMANDS = (
    study, check, pair, compare, lottery, rematch, why, diagnose, learn, evaluate, plan, report,
    lab, explorer,
)  # fmt: skip
_TO_A_SERVER = {"allow_extra_args": True, "ignore_unknown_options": False}


class _Door(TyperGroup):
    """Where an error becomes one sentence and an exit code, and an interruption one line."""

    def invoke(self, ctx: Any) -> object:
        try:
            return super().invoke(ctx)
        except RevlabError as error:
            say(str(error))
            raise typer.Exit(2 if isinstance(error, OptionError) else 1) from None
        except OSError as error:
            if error.filename is None:
                raise
            say(f"{error.filename}: {error.strerror}.")
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            say("stopped.")
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=_Door,
    name="revlab",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback(invoke_without_command=True)
def revlab(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Design research for reverse-mentoring programmes: the junior is the mentor.

    A first look at the shipped data: revlab study. Your own people: revlab check staff.csv, then
    revlab pair staff.csv --policy optimal --out pairs.csv. In the browser: revlab app (sliders)
    and revlab lab (notebooks). revlab COMMAND --help shows examples of each command.
    """
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"revlab {version_of('revlab')}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


def _epilog(name: str) -> str:
    lines = [line.strip() for line in _EXAMPLES[name].strip().splitlines()]
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


for _command in _COMMANDS:
    _name = _command.__name__
    app.command(
        _name,
        epilog=_epilog(_name),
        context_settings=_TO_A_SERVER if _name in ("lab", "app") else None,
    )(_command)
app.add_typer(claims)
app.add_typer(comments)
app.add_typer(intake)
app.add_typer(skills)
app.command(hidden=True)(refresh)


def spread(arguments: Sequence[str], *, option: str = "--roster") -> list[str]:
    """Let one option take several values: repeat it before each of them.

    Examples
    --------
    >>> spread(["study", "--roster", "a.csv", "b.csv", "--seed", "3"])
    ['study', '--roster', 'a.csv', '--roster', 'b.csv', '--seed', '3']
    """
    result: list[str] = []
    inside = False
    for word in arguments:
        if word.startswith("-"):
            inside = word.partition("=")[0] == option
        elif inside and result[-1] != option:
            result.append(option)
        result.append(word)
    return result


def main() -> None:
    """Run the command line and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that cannot show a character
    sys.argv[1:] = spread(sys.argv[1:]) if sys.argv[1:2] == ["study"] else sys.argv[1:]
    app(prog_name="revlab")
