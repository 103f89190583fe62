import { viewsOf } from '../classify/view.ts'
import { contradictions } from './classify-tool.ts'
import type { ToolFinding } from './finding.ts'
import { advertising, contextNames, type InstructionRule, instructionRules } from './instruction-rules.ts'
import { scriptsOf } from './name.ts'
import { namesakes, type OtherTool, references } from './others.ts'
import { type Shown, shownOf, type Tool } from './tool.ts'
import { excerptOf, hiddenIn, plainText, sortOf } from './visible.ts'

const overlong = 4000
/** Rules look at so much at a time, in steps of half of it: what belongs together stands that close. */
const windowLength = 600

/**
 * What stands in a tool's description that does not belong there, or does not become it: for the review before it is approved.
 *
 * Heuristics, and known to be evaded: they say what to look at. What decides is the pin.
 *
 * @param others - The other tools an agent sees beside this one, of the same and of other servers.
 */
export function scanTool(tool: Tool, others: readonly OtherTool[] = []): readonly ToolFinding[] {
  const shown = shownOf(tool)
  const findings = [
    ...shown.flatMap((each) => [
      ...hiddenCharacters(each),
      ...mixedScripts(each),
      ...instructions(each),
      ...shape(each),
    ]),
    ...shown.filter(({ kind }) => kind === 'name').flatMap(takesContext),
    ...advertises(shown),
    ...namesakes(tool, others),
    ...references(tool, shown, others),
    ...contradictions(tool),
  ]
  return firstOfEach(findings)
}

/** One finding of a sort in a place says it. */
function firstOfEach(findings: readonly ToolFinding[]): ToolFinding[] {
  const weight = { high: 0, medium: 1, low: 2 }
  const sorted = [...findings].sort((a, b) => weight[a.severity] - weight[b.severity])
  return [...new Map(sorted.toReversed().map((each) => [`${each.code} ${each.at}`, each])).values()].sort(
    (a, b) => weight[a.severity] - weight[b.severity],
  )
}

function hiddenCharacters({ at, text }: Shown): ToolFinding[] {
  const found = hiddenIn(text)
  if (found.length === 0) return []
  const [first] = found
  const sorts = [...new Set(found.map(({ character }) => sortOf(character)))]
  const says = `it has ${found.length} character${found.length === 1 ? '' : 's'} that nobody sees (${sorts.join(', ')})`
  const from = first?.at ?? 0
  const high = found.length > 2 || sorts.some((sort) => sort === 'tag' || sort === 'direction' || sort === 'variation')
  return [
    {
      code: 'hidden-characters',
      severity: high ? 'high' : 'medium',
      at,
      excerpt: excerptOf(text, from, from + 60),
      says,
    },
  ]
}

function mixedScripts({ at, text, kind }: Shown): ToolFinding[] {
  if (kind !== 'name') return []
  const scripts = scriptsOf(text)
  if (scripts.length < 2 || !scripts.includes('Latin')) return []
  const says = `its letters are of several scripts (${scripts.join(', ')}), some of which look the same`
  return [{ code: 'mixed-scripts', severity: 'high', at, excerpt: excerptOf(text), says }]
}

function instructions({ at, text, kind }: Shown): ToolFinding[] {
  if (kind === 'name' && text.length < 24) return []
  const findings: ToolFinding[] = []
  for (const [index, view] of viewsOf(text.slice(0, overlong * 4)).entries()) {
    const plain = plainText(kind === 'name' ? view.text.replaceAll(/[_-]+/g, ' ') : view.text).replaceAll(/\s+/g, ' ')
    const found = windowsOf(plain).flatMap((part) =>
      rulesIn(part).map(({ rule, excerpt }) => findingOf(rule, at, excerpt)),
    )
    // Nobody writes instructions in an encoding to be read by people.
    if (
      index > 0 &&
      view.text.length > 12 &&
      found.some(({ severity }) => severity !== 'low') &&
      isDisguise(text, view.text)
    ) {
      findings.push({
        code: 'hidden-text',
        severity: 'high',
        at,
        excerpt: excerptOf(view.text),
        says: 'it has instructions in an encoding',
      })
    }
    findings.push(...found)
  }
  return findings
}

/** Whether an encoding hid something, rather than a character or two being escaped. */
const isDisguise = (text: string, decoded: string): boolean =>
  decoded.length < text.length * 0.9 || hiddenIn(text).length > 2

function windowsOf(text: string): string[] {
  if (text.length <= windowLength) return [text]
  const windows: string[] = []
  for (let from = 0; from < text.length; from += windowLength / 2) windows.push(text.slice(from, from + windowLength))
  return windows
}

function rulesIn(text: string): { rule: InstructionRule; excerpt: string }[] {
  return instructionRules.flatMap((rule) => {
    const match = rule.pattern.exec(text)
    return match === null ? [] : [{ rule, excerpt: excerptOf(text, match.index, match.index + match[0].length) }]
  })
}

const findingOf = ({ code, severity, says }: InstructionRule, at: string, excerpt: string): ToolFinding => ({
  code,
  severity,
  at,
  excerpt,
  says,
})

function takesContext({ at, text }: Shown): ToolFinding[] {
  if (!contextNames.test(text)) return []
  const says = 'it asks for what was said or thought, which its work does not need'
  return [{ code: 'takes-context', severity: 'medium', at, excerpt: excerptOf(text), says }]
}

/** One praising word is style; several in one description are meant for a model that has to choose. */
function advertises(shown: readonly Shown[]): ToolFinding[] {
  const words = shown
    .filter(({ kind }) => kind === 'words')
    .flatMap(({ at, text }) =>
      [...plainText(text.slice(0, overlong)).matchAll(advertising)].map((match) => ({ at, word: match[0] })),
    )
  const [first] = words
  const name = shown.find(({ kind }) => kind === 'name')
  const named =
    /(?:^|_|-|\b)(?:best|premium|ultimate|advanced|enhanced|pro|super|preferred|official|trusted|better)(?:_|-|\b|$)/i.exec(
      name?.text ?? '',
    )
  if (words.length === 0 && named !== null)
    return [
      {
        code: 'advertises-itself',
        severity: 'medium',
        at: '/name',
        excerpt: excerptOf(name?.text ?? ''),
        says: 'its name praises it',
      },
    ]
  if (first === undefined) return []
  const said = [...new Set(words.map(({ word }) => word.toLowerCase()))]
  const severity =
    said.length + (named === null ? 0 : 1) > 2 ? 'high' : said.length + (named === null ? 0 : 1) > 1 ? 'medium' : 'low'
  return [
    {
      code: 'advertises-itself',
      severity,
      at: first.at,
      excerpt: excerptOf(said.join(', ')),
      says: 'it praises itself, so that a model chooses it',
    },
  ]
}

/** Length, markup, links, blobs. */
function shape({ at, text, kind }: Shown): ToolFinding[] {
  const findings: ToolFinding[] = []
  const say = (code: ToolFinding['code'], severity: ToolFinding['severity'], excerpt: string, says: string): void => {
    findings.push({ code, severity, at, excerpt: excerptOf(excerpt), says })
  }
  if (text.length > (kind === 'name' ? 64 : overlong))
    say('overlong', kind === 'name' ? 'medium' : 'low', text.slice(0, 80), `it is ${text.length} characters long`)
  const comment =
    /<!--|\bdisplay\s*:\s*none|\bfont-size\s*:\s*0|!\[[^\]]{0,80}\]\(|<(?:script|img|iframe|svg|style)\b/i.exec(text)
  if (comment !== null)
    say(
      'markup',
      'high',
      text.slice(comment.index, comment.index + 80),
      'it has markup that hides text or loads something',
    )
  const blob = /[A-Za-z0-9+/]{80,}={0,2}|(?:[0-9a-f]{2}){48,}/.exec(text)
  if (blob !== null && kind === 'words') say('blob', 'medium', blob[0].slice(0, 60), 'it has a long encoded text')
  const link = kind === 'words' ? /\bhttps?:\/\/[^\s)>"']+/i.exec(text) : null
  if (link !== null) say('link', 'low', link[0], 'it has a link')
  return findings
}
