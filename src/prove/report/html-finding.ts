import { counted } from '../../constraint/words.ts'
import type { Finding, Sent } from '../finding.ts'
import type { Change } from '../oracle/change.ts'
import { type ReportContext, standingOf } from './context.ts'
import { printCurl } from './curl.ts'
import { escapeXml, proseHtml } from './markup.ts'
import { answerText, callText, idsOf, lineText, maskBody, maskHeaders, placeText, valueText } from './show.ts'
import { printTestFile, testFileName } from './test-file.ts'

/** One finding as a card of the HTML report. */
export function printFindingCard(finding: Finding, context: ReportContext): string {
  const { proof } = finding
  return [
    `<article class="finding item is-${finding.severity}" id="${escapeXml(finding.fingerprint)}">`,
    ...printTop(finding, context),
    `<p class="sentence">${proseHtml(proof.sentence)}</p>`,
    `<p class="why">${proseHtml(finding.because)} Seen ${proof.repeated.succeeded} of ${proof.repeated.of} times on fresh objects, read back by ${escapeXml(proof.observer)}.</p>`,
    '<ol class="steps">',
    ...proof.transcript.map((sent) => printStep(sent, context)),
    '</ol>',
    ...printEffect(finding),
    '<dl class="facts">',
    fact('Cause', proseHtml(finding.rootCause)),
    fact('Fix', proseHtml(finding.remedy)),
    fact('Rule', `${proseHtml(finding.rule)} <code>${escapeXml(lineText(finding))}</code>`),
    fact('Repeat', `<code>lockstep verify ${escapeXml(finding.fingerprint)}</code>`),
    '</dl>',
    '<div class="more">',
    ...printAlso(finding),
    fold('As curl', printCurl(finding, context)),
    fold(`As a test file, ${testFileName(finding)}`, printTestFile(finding, context)),
    '</div>',
    '</article>',
  ].join('\n')
}

function printTop(finding: Finding, context: ReportContext): string[] {
  const standing = standingOf(finding.fingerprint, context)
  const accepted = context.accepted.get(finding.fingerprint)
  const tag = (text: string): string => `<span class="badge plain">${escapeXml(text)}</span>`
  return [
    `<h3>${escapeXml(finding.title)}</h3>`,
    `<div class="tags"><span class="badge ${finding.severity}">${finding.severity}</span><code>${escapeXml(finding.endpoint)}</code>${[finding.class, ...idsOf(finding)].map(tag).join('')}</div>`,
    ...(standing === 'known' ? ['<p class="notice">Known from the baseline.</p>'] : []),
    ...(accepted === undefined
      ? []
      : [
          `<p class="notice">Accepted by ${escapeXml(accepted.owner)} until ${escapeXml(accepted.until)}: ${escapeXml(accepted.because)}</p>`,
        ]),
  ]
}

function printStep(sent: Sent, context: ReportContext): string {
  const { request, response, failure } = sent.exchange
  const times = sent.times === undefined ? '' : ` <strong>× ${sent.times} at once</strong>`
  const took = sent.purpose === 'abuse' ? '<span class="took">← the abuse</span>' : ''
  const call = callText(sent, context)
  const asked = message(
    maskHeaders(request.headers, sent.as, context),
    maskBody(request.body ?? '', sent.as, context, { indent: 2 }),
  )
  const answered =
    response === undefined
      ? failure.message
      : message(
          maskHeaders(response.headers, undefined, context),
          maskBody(response.body, undefined, context, { indent: 2 }),
        )
  return [
    `<li class="${sent.purpose}"><details><summary><span class="who">${escapeXml(sent.as)}</span><code>${escapeXml(call)}</code>${times} → <span class="status">${escapeXml(answerText(sent))}</span>${took}</summary>`,
    `<p class="label">${escapeXml(sent.use)}, ${sent.purpose}: request</p><pre>${escapeXml(`${call}\n${asked}`)}</pre>`,
    `<p class="label">answer${response === undefined ? '' : ` after ${Math.round(response.ms)} ms`}</p><pre>${escapeXml(`${answerText(sent)}\n${answered}`)}</pre></details></li>`,
  ].join('')
}

function message(headers: Readonly<Record<string, string>>, body: string): string {
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [...head, ...(body === '' ? [] : ['', body])].join('\n')
}

function printEffect({ proof }: Finding): string[] {
  const { changes, disclosed, overrun } = proof
  return [
    ...(changes.length === 0
      ? []
      : [
          '<div class="scroll"><table><thead><tr><th scope="col">seen by ' +
            `${escapeXml(proof.observer)}</th><th scope="col">before</th><th scope="col">after</th></tr></thead><tbody>`,
          ...changes.map(printChange),
          '</tbody></table></div>',
        ]),
    ...(disclosed.length === 0
      ? []
      : [
          `<p><strong>Disclosed:</strong> ${disclosed.map((each) => `<code>${escapeXml(each)}</code>`).join(', ')}</p>`,
        ]),
    ...(overrun === undefined
      ? []
      : [`<p><strong>${counted(overrun.effects, 'effect')}</strong>, ${overrun.allowed} allowed.</p>`]),
  ]
}

function printChange(change: Change): string {
  const cells = [
    `<td><strong>${escapeXml(change.label)}</strong> ${escapeXml(placeText(change))}</td>`,
    `<td><code>${escapeXml(valueText(change.before))}</code></td>`,
    `<td><code class="after wrong">${escapeXml(valueText(change.after))}</code></td>`,
  ]
  return `<tr>${cells.join('')}</tr>`
}

function printAlso({ alsoSeen }: Finding): string[] {
  if (alsoSeen.length === 0) return []
  const items = alsoSeen.map((each) => `<li>${proseHtml(each.sentence)} <code>${escapeXml(each.class)}</code></li>`)
  return [
    `<details><summary>The same missing check, seen in ${counted(alsoSeen.length, 'other way')}</summary><ul>${items.join('')}</ul></details>`,
  ]
}

function fact(name: string, html: string): string {
  return `<dt>${name}</dt><dd>${html}</dd>`
}

function fold(title: string, text: string): string {
  return `<details><summary>${escapeXml(title)}</summary><pre>${escapeXml(text)}</pre></details>`
}
