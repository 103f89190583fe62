import type { Command } from 'commander'
import { FUNCTIONS } from '../src/cel/functions.ts'
import type { CelFunction } from '../src/cel/overload.ts'
import { makeProgram } from '../src/cli/main.ts'
import { openTerminal } from '../src/cli/terminal.ts'
import { findingClasses } from '../src/constraint/class.ts'

/** The reference of the command line: the help of every command, as `--help` prints it. */
export function commandLineText(): string {
  const silent = { write: () => true }
  const program = makeProgram(openTerminal(silent, silent, {}))
  const parts = commandsOf(program).map(({ name, command }) => {
    const help = command.configureHelp({ helpWidth: 120 }).helpInformation().trimEnd()
    return `## ${name}\n\n\`\`\`text\n${help}\n\`\`\`\n`
  })
  return ['# The command line\n\nMade from `--help` by `npm run generate`.\n', ...parts].join('\n')
}

function commandsOf(parent: Command, path = 'lockstep'): { name: string; command: Command }[] {
  return parent.commands
    .filter((command) => command.name() !== 'help')
    .flatMap((command) => {
      const name = `${path} ${command.name()}`
      return command.commands.length > 0 ? commandsOf(command, name) : [{ name, command }]
    })
}

/** Every class a finding can have. */
export function findingClassesText(): string {
  const rows = [...findingClasses.values()].map(
    ({ id, title, meaning, severity, ids }) =>
      `| \`${id}\` | ${title}: ${meaning} | ${severity} | ${[ids.bla[0], ids.api[0], ids.cwe[0]].filter((each) => each !== undefined).join(', ')} |`,
  )
  return `# Classes of findings

What \`class\` of a finding can be, in \`findings.json\`, in an accept file and in SARIF. The severity is the usual one; amounts and data at stake may
raise it. Made from the code by \`npm run generate\`.

| class | what was possible | severity | lists |
|---|---|---|---|
${rows.join('\n')}
`
}

/** Every function that rules may use. */
export function expressionsText(): string {
  const rows = [...FUNCTIONS.values()]
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map((each) => `| \`${each.name}\` | ${distinctForms(each).join('<br>')} |`)
  return `# Functions in rules

Rules are expressions in [CEL](https://cel.dev). Operators are \`+ - * / %\`, \`== != < <= > >=\`, \`&& || !\`, \`in\`, \`? :\`, \`x.y\`, \`x[y]\`,
\`x.?y\`. Numbers are exact. Made from the code by \`npm run generate\`.

| macro | |
|---|---|
| \`has(x.y)\` | whether the member is there |
| \`list.all(e, rule)\` | whether the rule holds for every element |
| \`list.exists(e, rule)\` | for one at least |
| \`list.exists_one(e, rule)\` | for exactly one |
| \`list.filter(e, rule)\` | the elements for which it holds |
| \`list.map(e, value)\`, \`list.map(e, rule, value)\` | a value for each element, or for those for which the rule holds |

| function | forms |
|---|---|
${rows.join('\n')}
`
}

function distinctForms({ name, style, overloads }: CelFunction): string[] {
  const forms = overloads.map(({ params, variadic, result }) => {
    const [first, ...rest] = params
    const more = variadic ? ['…'] : []
    const call =
      style === 'method'
        ? `${first}.${name}(${[...rest, ...more].join(', ')})`
        : `${name}(${[...params, ...more].join(', ')})`
    return `\`${call}\` → ${result}`
  })
  return [...new Set(forms)]
}
