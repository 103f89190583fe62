import type { Finding } from '../finding.ts'
import type { ReportContext } from './context.ts'
import { type Capture, type Script, type ScriptStep, scriptOf, type Template } from './script.ts'
import { isSuccess, secretNote } from './script-words.ts'
import { answerText, lineText } from './show.ts'

/**
 * The transcript of a finding as a shell script for `curl` and `jq`, which runs by itself.
 *
 * `BASE_URL` says where; credentials come from the environment variables the head of the script demands. Holds no secret.
 */
export function printCurl(finding: Finding, context: ReportContext): string {
  const script = scriptOf(finding.proof, context)
  const steps = script.steps.map((step, index) => printStep(step, index + 1))
  return context.redact([...head(finding, script), ...steps.flat(), ''].join('\n'))
}

function head(finding: Finding, script: Script): string[] {
  return [
    '#!/bin/sh',
    `# ${oneLine(finding.title)}`,
    `# ${oneLine(finding.proof.sentence)}`,
    `# finding ${finding.fingerprint}, rule ${finding.constraint} (${lineText(finding)}); needs curl and jq`,
    'set -eu',
    `BASE_URL="\${BASE_URL:-${quote(script.origin)}}"`,
    ...script.secrets.map((name) => `: "\${${name}:?${quote(secretNote(name))}}"`),
    ...script.unique.map((name, index) => `${name}="$(date +%s)-$$-${index + 1}"`),
    'answer=$(mktemp) head=$(mktemp)',
    `trap 'rm -f "$answer" "$head"' EXIT`,
    '',
    'send() {',
    '  method=$1 target=$2; shift 2',
    '  status=$(curl -sS -o "$answer" -D "$head" -w "%{http_code}" -X "$method" "$BASE_URL$target" "$@")',
    '  printf "%s %s -> %s\\n" "$method" "$target" "$status"; cat "$answer"; echo',
    '}',
    'race() {',
    '  count=$1 method=$2 target=$3; shift 3',
    '  while [ "$count" -gt 0 ]; do',
    '    curl -sS -o /dev/null -w "$method $target -> %{http_code}\\n" -X "$method" "$BASE_URL$target" "$@" &',
    '    count=$((count - 1))',
    '  done',
    '  wait',
    '}',
    `url() { jq -rn --arg v "$1" '$v | @uri'; }`,
    `json() { jq -n --arg v "$1" '$v'; }`,
  ]
}

function printStep(step: ScriptStep, number: number): string[] {
  const { sent, method, times } = step
  const command = times > 1 ? `race ${times} ${method}` : `send ${method}`
  const parts = [
    `${command} ${fill(step.target)}`,
    ...step.headers.map(([name, value]) => `  -H ${fill([`${name}: `, ...value])}`),
    ...(step.body === undefined ? [] : [`  --data-raw ${fill(step.body)}`]),
  ]
  return [
    '',
    `# ${number}. ${sent.as} (${sent.purpose}): ${sent.use}, answered ${answerText(sent)} when it was recorded`,
    parts.join(' \\\n'),
    ...step.captures.flatMap((capture) => printCapture(capture, isSuccess(sent))),
  ]
}

function printCapture({ variable, from }: Capture, mustExist: boolean): string[] {
  const command =
    from.in === 'header'
      ? `awk -v name=${from.name.toLowerCase()}: 'tolower($1) == name { sub(/^[^:]*: */, ""); sub(/\\r$/, ""); print }' "$head"`
      : `jq -r ${singleQuote(`getpath(${JSON.stringify(from.pointer.map(token))}) // empty`)} "$answer"`
  const check = `[ -n "$${variable}" ] || { echo "no ${variable} in the answer" >&2; exit 1; }`
  return [`${variable}=$(${command})`, ...(mustExist ? [check] : [])]
}

function token(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text
}

function fill(template: Template): string {
  const text = template.map((part) => {
    if (typeof part === 'string') return quote(part)
    return part.as === 'text' ? `\${${part.variable}}` : `$(${part.as} "$${part.variable}")`
  })
  return `"${text.join('')}"`
}

/** For inside double quotes of a POSIX shell. */
function quote(text: string): string {
  return text.replace(/[\\"$`]/g, '\\$&')
}

function singleQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}
