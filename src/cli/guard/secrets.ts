import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fillText } from '../../prove/identity/template.ts'

/** Reads what a guard file names and does not hold. */
export interface Secrets {
  /** Undefined when it is not there, or empty. */
  read(from: 'env' | 'file', name: string): Promise<string | undefined>
  /**
   * A text with its references filled in.
   *
   * @throws when one is missing; the message says which, never what is in others.
   */
  fill(template: string): Promise<string>
}

/** @param folder - What relative file names are relative to. */
export function openSecrets(env: Readonly<Record<string, string | undefined>>, folder: string): Secrets {
  const read: Secrets['read'] = async (from, name) => {
    const text = from === 'env' ? env[name] : await readFile(resolve(folder, name), 'utf8').catch(() => undefined)
    const value = text?.trim() ?? ''
    return value === '' ? undefined : value
  }
  return {
    read,
    fill: (template) =>
      fillText(template, async (piece) => {
        const value = piece.kind === 'env' || piece.kind === 'file' ? await read(piece.kind, piece.name) : undefined
        if (value === undefined)
          throw new Error(`\${${piece.kind}:${'name' in piece ? piece.name : ''}} is missing or empty`)
        return value
      }),
  }
}
