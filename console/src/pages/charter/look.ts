/** How the editor looks: as the rest of the console, light and dark. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

const line = 'var(--mantine-color-default-border)'
const faint = 'var(--mantine-color-default-hover)'
const dimmed = 'var(--mantine-color-dimmed)'

const theme = EditorView.theme({
  '&': {
    height: '100%',
    fontSize: '13px',
    backgroundColor: 'var(--mantine-color-body)',
    color: 'var(--mantine-color-text)',
  },
  '&.cm-focused': { outline: '2px solid var(--mantine-primary-color-filled)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--mantine-color-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'light-dark(#cfe2ff, #2b4469)',
  },
  '.cm-gutters': { backgroundColor: 'var(--mantine-color-body)', color: dimmed, borderRight: `1px solid ${line}` },
  '.cm-activeLine': { backgroundColor: 'light-dark(#00000008, #ffffff0a)' },
  '.cm-activeLineGutter': { backgroundColor: faint, color: 'var(--mantine-color-text)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: faint, outline: `1px solid ${line}` },
  '.cm-tooltip': {
    backgroundColor: 'var(--mantine-color-body)',
    color: 'var(--mantine-color-text)',
    border: `1px solid ${line}`,
    borderRadius: '4px',
    boxShadow: '0 4px 16px #0003',
    maxWidth: 'min(480px, 90vw)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    fontSize: '12.5px',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'light-dark(#134f87, #1b6ec2)',
    color: '#fff',
  },
  '.cm-completionDetail': { fontStyle: 'normal', opacity: '0.85', marginLeft: '1em' },
  '.cm-completionInfo': { padding: '6px 8px', fontSize: '12.5px' },
  '.cm-diagnostic': { whiteSpace: 'pre-wrap', fontSize: '13px' },
  '.cm-foldPlaceholder': { backgroundColor: faint, border: `1px solid ${line}`, color: dimmed },
  '.cm-panels': { backgroundColor: 'var(--mantine-color-body)', color: 'var(--mantine-color-text)' },
})

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'light-dark(#134f87, #8cc4ff)' },
  { tag: [tags.string, tags.content], color: 'var(--mantine-color-text)' },
  { tag: [tags.comment, tags.lineComment], color: dimmed, fontStyle: 'italic' },
  { tag: [tags.keyword, tags.bool, tags.null], color: 'light-dark(#4b2ea8, #c3b1ff)' },
  { tag: tags.number, color: 'light-dark(#06593f, #7fd8b4)' },
  { tag: [tags.labelName, tags.typeName], color: 'light-dark(#8f3407, #ffb38a)' },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: dimmed },
])

export const look: Extension = [theme, syntaxHighlighting(colours)]
