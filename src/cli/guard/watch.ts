import { stat } from 'node:fs/promises'

const lookEveryMs = 500

/**
 * Calls `changed` when any of the files is another than before; files are asked for at each look, as they may become others.
 *
 * Looks at intervals, since editors, mounts and links replace files in ways that no notice is given of.
 *
 * @returns how to stop.
 */
export function watchFiles(files: () => readonly string[], changed: () => Promise<void>): () => void {
  let [last, stopped] = ['', false]
  let timer: NodeJS.Timeout | undefined
  const look = async (): Promise<void> => {
    const now = await signatureOf(files())
    const isOther = last !== '' && now !== last
    last = now
    // What changed leads to other files being watched; those are not changes.
    if (isOther) {
      await changed()
      last = await signatureOf(files())
    }
    if (!stopped) timer = setTimeout(() => void look(), lookEveryMs).unref()
  }
  void look()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

async function signatureOf(files: readonly string[]): Promise<string> {
  const parts = files.map(async (file) => {
    const found = await stat(file, { bigint: true }).catch(() => undefined)
    return found === undefined ? `${file} gone` : `${file} ${found.mtimeNs} ${found.size} ${found.ino}`
  })
  return (await Promise.all(parts)).join('\n')
}
