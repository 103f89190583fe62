/** The text of one file, with what the server says of it. */
import { autocompletion, type CompletionSource, closeBrackets, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language'
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint'
import { EditorState, type Text } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { type ReactElement, useEffect, useRef } from 'react'
import type { Answer } from '../../ask.ts'
import { look } from './look.ts'

export type Said = Answer<'POST /api/charter/check'>['diagnostics'][number]

export interface EditorProps {
  readonly name: string
  /** What it begins with; later texts are its own. */
  readonly text: string
  readonly diagnostics: readonly Said[]
  readonly complete: CompletionSource
  /** Where to go, counted from 1. Another object goes there again. */
  readonly goTo: { readonly line: number } | undefined
  readonly onText: (text: string) => void
  readonly onLine: (line: number) => void
}

export function Editor(props: EditorProps): ReactElement {
  const { name, text, diagnostics, goTo } = props
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const latest = useRef(props)
  latest.current = props
  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor keeps its own text from then on
  useEffect(() => {
    if (place.current === null) return undefined
    const made = new EditorView({ state: stateOf(name, text, latest), parent: place.current })
    view.current = made
    return () => made.destroy()
  }, [name])
  useEffect(() => {
    const { current } = view
    if (current === undefined) return
    const own = diagnostics.filter((each) => each.file === name)
    current.dispatch(
      setDiagnostics(
        current.state,
        own.map((each) => shown(current.state.doc, each)),
      ),
    )
  }, [diagnostics, name])
  useEffect(() => {
    const { current } = view
    if (current === undefined || goTo === undefined) return
    const { from } = current.state.doc.line(Math.min(Math.max(1, goTo.line), current.state.doc.lines))
    current.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) })
  }, [goTo])
  return <div ref={place} className="charter-editor" />
}

function stateOf(name: string, text: string, latest: { readonly current: EditorProps }): EditorState {
  return EditorState.create({
    doc: text,
    extensions: [
      EditorView.cspNonce.of(nonce()),
      lineNumbers(),
      foldGutter(),
      lintGutter(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      yaml(),
      look,
      autocompletion({
        override: [(context) => latest.current.complete(context)],
        icons: false,
        maxRenderedOptions: 100,
      }),
      keymap.of([...defaultKeymap, ...historyKeymap, ...completionKeymap, ...foldKeymap, ...lintKeymap]),
      EditorView.contentAttributes.of({ 'aria-label': `Text of ${name}`, spellcheck: 'false', tabindex: '0' }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) latest.current.onText(update.state.doc.toString())
        if (update.docChanged || update.selectionSet)
          latest.current.onLine(update.state.doc.lineAt(update.state.selection.main.head).number)
      }),
    ],
  })
}

function nonce(): string {
  return document.querySelector('meta[name="style-nonce"]')?.getAttribute('content') ?? ''
}

/** From where it points to the end of the word there. */
function shown(text: Text, { line, column, severity, code, message, help }: Said): Diagnostic {
  const { from: start, to: end } = text.line(Math.min(Math.max(1, line), text.lines))
  const from = Math.min(start + column - 1, end)
  const word = /^[^\s,{}[\]]+/.exec(text.sliceString(from, end))?.[0].length ?? 1
  const to = Math.min(from + word, end)
  return {
    from: Math.min(from, to),
    to,
    severity,
    source: code,
    message: help === undefined ? message : `${message}\n${help}`,
  }
}
