"""Workflows of any size, always the same for the same size."""

from __future__ import annotations

_GROUP = """\
  - id: fetch_{n}
    kind: http
    url: "https://api.example.com/items/{n}"
    query: {{page: "{{{{ inputs.page + {n} }}}}"}}
    returns:
      type: array
      items: {{type: object, properties: {{id: {{type: integer}}, name: {{type: string}}}}, required: [id, name]}}
  - id: pick_{n}
    kind: foreach
    items: tasks.fetch_{n}.body
    as: one
    where: one.id > {n} and one.name != ''
    collect: one.name | upper
  - id: count_{n}
    kind: set
    values:
      found: "{{{{ tasks.pick_{n}.value | length }}}}"
      first: "{{{{ tasks.pick_{n}.value | first | default('nobody') }}}}"
  - id: route_{n}
    kind: branch
    cases:
      - when: tasks.count_{n}.found > 10
        tasks:
          - {{id: many_{n}, kind: log, message: "{{{{ tasks.count_{n}.found }}}} of {n}, {{{{ inputs.who }}}}"}}
          - {{id: kept_{n}, kind: write_file, path: "{n}", format: json, content: "{{{{ tasks.pick_{n}.value }}}}"}}
      - when: tasks.count_{n}.found == 0
        tasks:
          - {{id: none_{n}, kind: log, level: warning, message: "nothing in {n}"}}
    else:
      - {{id: some_{n}, kind: log, message: "{{{{ tasks.count_{n}.first }}}} and others"}}
  - id: opinion_{n}
    kind: ai
    when: tasks.count_{n}.found > 0
    prompt: "Which of these fits {{{{ inputs.who }}}}? {{{{ tasks.pick_{n}.value | join(', ') }}}}"
    returns: {{enum: [good, bad, neither]}}
  - id: told_{n}
    kind: set
    values:
      text: "{{{{ tasks.opinion_{n}.value | default('neither') }}}} for {{{{ inputs.who }}}}"
"""


def mixed(tasks: int) -> str:
    """A sound workflow of so many tasks, a multiple of ten: many kinds, schemas, branches, expressions."""
    groups = tasks // 10
    body = "".join(_GROUP.format(n=number) for number in range(groups))
    inputs = "inputs:\n  who: {type: string}\n  page: {type: integer, default: 1}\n"
    return f"overture: 1\nname: mixed\n{inputs}tasks:\n{body}"


def chain(tasks: int) -> str:
    """So many `set` tasks, each reading the one before."""
    rest = "".join(
        f'  - {{id: t{number}, kind: set, values: {{x: "{{{{ tasks.t{number - 1}.x + 1 }}}}"}}}}\n'
        for number in range(1, tasks)
    )
    first = "  - {id: t0, kind: set, values: {x: 0}}\n"
    return f"overture: 1\nname: chain\ntasks:\n{first}{rest}outputs:\n  x: tasks.t{tasks - 1}.x\n"


def fan(tasks: int) -> str:
    """So many `set` tasks that nothing orders."""
    all_of_them = "".join(
        f"  - {{id: t{number}, kind: set, needs: [], values: {{x: {number}}}}}\n" for number in range(tasks)
    )
    return f"overture: 1\nname: fan\ntasks:\n{all_of_them}"


def layered(tasks: int, width: int = 10) -> str:
    """Layers of `set` tasks, each of which needs two of the layer above and reads them."""
    lines = []
    for number in range(tasks):
        above = [f"t{number - number % width - width + (number + step) % width}" for step in (0, 1)]
        if number < width:
            lines.append(f"  - {{id: t{number}, kind: set, needs: [], values: {{x: {number}}}}}\n")
            continue
        total = f"({' + '.join(f'tasks.{each}.x' for each in above)}) % 7"
        needs = ", ".join(above)
        lines.append(f'  - {{id: t{number}, kind: set, needs: [{needs}], values: {{x: "{{{{ {total} }}}}"}}}}\n')
    return f"overture: 1\nname: layered\ntasks:\n{''.join(lines)}"


def deep(tasks: int, depth: int = 10) -> str:
    """Tries in tries, so deep that of each nest the innermost task is level `depth`."""
    lines = []
    for number in range(tasks):
        level = number % depth
        pad = "  " * (2 * level + 1)
        if level < depth - 1 and number < tasks - 1:
            lines.append(f"{pad}- id: t{number}\n{pad}  kind: try\n{pad}  tasks:\n")
        else:
            lines.append(f'{pad}- {{id: t{number}, kind: log, message: "{{{{ inputs.who }}}} in {number}"}}\n')
    return f"overture: 1\nname: deep\ninputs:\n  who: {{type: string}}\ntasks:\n{''.join(lines)}"


def graph(edges: list[list[int]], tasks: int) -> str:
    """A graph of tasks that are numbered along its edges: each reads one of those that it needs."""
    needs: dict[int, list[int]] = {}
    for before, after in edges:
        needs.setdefault(after, []).append(before)
    lines = []
    for number in range(tasks):
        names = [f"t{each}" for each in needs.get(number, ())]
        value = f'"{{{{ tasks.{names[0]}.x + 1 }}}}"' if names else "0"
        lines.append(f"  - {{id: t{number}, kind: set, needs: [{', '.join(names)}], values: {{x: {value}}}}}\n")
    return f"overture: 1\nname: graph\ntasks:\n{''.join(lines)}"


SHAPES = {"chain": chain, "fan": fan, "layered": layered, "deep": deep, "mixed": mixed}
