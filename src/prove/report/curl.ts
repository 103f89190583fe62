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
    ...script.origins.map(({ variable, origin }) => `${variable}="\${${variable}:-${quote(origin)}}"`),
    ...script.secrets.map((name) => `: "\${${name}:?${quote(secretNote(name))}}"`),
    ...script.unique.map((name, index) => `${name}="$(date +%s)-$$-${index + 1}"`),
    'answer=$(mktemp) head=$(mktemp)',
    `trap 'rm -f "$answer" "$head"' EXIT`,
    '',
    'send() {',
    '  method=$1 target=$2; shift 2',
    '  status=$(curl -sS -o "$answer" -D "$head" -w "%{http_code}" -X "$method" "$target" "$@")',
    '  printf "%s %s -> %s\\n" "$method" "$target" "$status"; cat "$answer"; echo',
    '}',
    'race() {',
    '  count=$1 method=$2 target=$3; shift 3',
    '  while [ "$count" -gt 0 ]; do',
    '    curl -sS -o /dev/null -w "$method $target -> %{http_code}\\n" -X "$method" "$target" "$@" &',
    '    count=$((count - 1))',
    '  done',
    '  wait',
    '}',
    `url() { jq -rn --arg v "$1" '$v | @uri'; }`,
    `json() { jq -n --arg v "$1" '$v'; }`,
    ...(script.steps.some(({ tool }) => tool !== undefined) ? toolFunctions : []),
    ...(script.steps.some(({ tool }) => tool?.session !== undefined) ? sessionFunctions : []),
  ]
}

/** A tool's result is an answer as an API gives it: its data, or 422 for a failure. The result may come as the last event of a stream. */
const toolFunctions: readonly string[] = String.raw`
message() {
  if grep -qi '^content-type: *text/event-stream' "$head"; then sed -n 's/^data: *//p' "$answer"; else cat "$answer"; fi |
    jq -cs 'map(select(type == "object" and (has("result") or has("error")))) | last // {}' 2>/dev/null || echo "{}"
}
call() {
  name=$1 target=$2; shift 2
  status=$(curl -sS -o "$answer" -D "$head" -w "%{http_code}" -X POST "$target" "$@")
  said=$(message)
  if [ "$said" != "{}" ]; then
    status=$(printf %s "$said" | jq -r --argjson status "$status" 'if .error then .error.data.status? // (if $status < 400 then 422 else $status end)
      elif .result.isError or .result.resultType == "input_required" then 422 else 200 end')
    printf %s "$said" | jq -c 'def text: if (.content | type == "array" and length == 1) then (.content[0].text | fromjson? | select(type == "object" or type == "array")) else empty end;
      if .error then .error elif (.result | has("tools")) then .result elif (.result | has("structuredContent")) then .result.structuredContent else first((.result | text), {content: (.result.content // [])}) end' > "$answer"
  fi
  printf "%s %s -> %s\n" "$name" "$target" "$status"; cat "$answer"; echo
}
call_at_once() {
  count=$1; shift
  while [ "$count" -gt 0 ]; do
    ( answer=$(mktemp) head=$(mktemp); call "$@"; rm -f "$answer" "$head" ) &
    count=$((count - 1))
  done
  wait
}`.split('\n')

/** Begins a session with an MCP server: leaves the revision that was agreed on, and the id of the session where it has one. */
const sessionFunctions: readonly string[] = String.raw`
greet() {
  revision=$1 target=$2; shift 2
  curl -sS -o "$answer" -D "$head" -X POST "$target" "$@" --data-raw '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"'"$revision"'","capabilities":{},"clientInfo":{"name":"curl","version":"1"}}}'
  agreed=$(message | jq -r '.result.protocolVersion // empty')
  [ -n "$agreed" ] || { echo "the greeting was refused" >&2; exit 1; }
  id=$(awk 'tolower($1) == "mcp-session-id:" { sub(/^[^:]*: */, ""); sub(/\r$/, ""); print }' "$head")
  set -- "$@" -H "mcp-protocol-version: $agreed"
  [ -z "$id" ] || set -- "$@" -H "mcp-session-id: $id"
  curl -sS -o /dev/null -X POST "$target" "$@" --data-raw '{"jsonrpc":"2.0","method":"notifications/initialized"}'
}`.split('\n')

function printStep(step: ScriptStep, number: number): string[] {
  const { sent, tool } = step
  const session = tool?.session
  const headers = step.headers.map(([name, value]) => `  -H ${fill([`${name}: `, ...value])}`)
  const parts = [
    `${commandOf(step)} ${fill(step.target)}`,
    ...headers,
    ...(session === undefined ? [] : [sessionHeaders(session.variable)]),
    ...(step.body === undefined ? [] : [`  --data-raw ${fill(step.body)}`]),
  ]
  return [
    '',
    ...(session?.opens === true
      ? [
          [`greet ${quote(session.revision)} ${fill(step.target)}`, ...headers].join(' \\\n'),
          `${session.variable}_REVISION="$agreed" ${session.variable}_ID="$id"`,
        ]
      : []),
    `# ${number}. ${sent.as} (${sent.purpose}): ${sent.use}, answered ${answerText(sent)} when it was recorded`,
    parts.join(' \\\n'),
    ...step.captures.flatMap((capture) => printCapture(capture, isSuccess(sent))),
  ]
}

function commandOf({ method, times, tool }: ScriptStep): string {
  if (tool === undefined) return times > 1 ? `race ${times} ${method}` : `send ${method}`
  return `${times > 1 ? `call_at_once ${times}` : 'call'} ${singleQuote(tool.name)}`
}

function sessionHeaders(variable: string): string {
  const id = `${variable}_ID`
  return `  -H "mcp-protocol-version: $${variable}_REVISION" \${${id}:+-H "mcp-session-id: $${id}"}`
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
