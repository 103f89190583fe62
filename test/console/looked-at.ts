// What is wrong with how a page looks: what axe finds in light and dark, and whether it scrolls sideways where it is narrow.
import { mkdirSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'

const widths = [1280, 768, 400] as const

/** Done once nothing has moved or faded for a few frames; what moves for ever does not count. */
const stillness = `(async () => {
  const moves = ({ effect }) => effect?.getComputedTiming().endTime !== Infinity
  for (let still = 0; still < 5; still = document.getAnimations().some(moves) ? 0 : still + 1)
    await new Promise((frame) => requestAnimationFrame(frame))
})()`

/** Looks at a page as people with different screens do. With `SHOTS` set to a folder, pictures are left there. */
export async function findingsOf(page: Page, name: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 })
      const wide = await page.evaluate('document.documentElement.scrollWidth')
      if (typeof wide === 'number' && wide > width) found.push(`${scheme} ${width}: it is ${wide} wide`)
      await shoot(page, `${name}-${scheme}-${width}`)
    }
    found.push(...(await violationsOf(page)).map((violation) => `${scheme}: ${violation}`))
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1280, height: 800 })
  return found
}

/** What axe finds, once nothing moves or fades any more: a colour on its way is neither one nor the other. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(stillness)
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ html }) => html).join(' ')}`)
}

async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['SHOTS']
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: `${folder}/${name}.png` })
}
