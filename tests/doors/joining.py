"""How a new door joins the table: what it answers now, as rows to paste once somebody has looked at every cell."""
from .house import VISITORS
from .knock import Knocker
from .table import EVERYWHERE, LIKE, written

LOOK = """not declared in tests/doors/table.py. It answers now:

{rows}

Before you paste a row, read it cell by cell: who of these may be here at all? A stranger to a thing gets 404, somebody whom
no body vouches for `wait`, nobody `in`; a door that only acts answers GET with 405. If it should be open to nobody signed
out, see that no `login_not_required` stands at its view. Then
* a form for its POST in knock.py (`_forms`), one that would be accepted from somebody who may;
* a new kind of id in knock.py (`ids`) and, if it names a thing that is somebody's, its relations in relations.py;
* a visitor who answers otherwise than the one they are like ({alike}): a row in EXCEPT."""


def undeclared(knocker: Knocker, missing):
    """The message for doors without a row: the rows they would have if all that they answer now were right."""
    rows = []
    for method, door in missing:
        try:
            cells = {visitor: knocker.knock(visitor, method, door).outcome for visitor in VISITORS}
        except KeyError as unknown:
            rows.append(f"# {method} {door}: no value for {unknown} in knock.py (ids)")
            continue
        rows.append(written(method, door, cells))
        rows += [
            f"#    EXCEPT: METHOD {visitor[:4]} / {method} {cells[visitor]} {door}"
            for visitor, other in LIKE.items() if cells[visitor] != EVERYWHERE.get(visitor, cells[other])
        ]
    alike = ", ".join(f"{visitor} as {other}" for visitor, other in LIKE.items())
    return LOOK.format(rows="\n".join(rows), alike=alike)
