import { type CSSVariablesResolver, createTheme, type MantineThemeOverride } from '@mantine/core'

/** Calm, dense, and legible: system fonts, small radii, one accent. Both themes keep a contrast of 4.5 to 1 for text. */
export const theme: MantineThemeOverride = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  defaultRadius: 'sm',
  headings: { fontWeight: '650' },
  respectReducedMotion: true,
  cursorType: 'pointer',
})

/** Text on the faint background of a light badge or button: dark enough to be read, which the kit's own is not for every colour. */
const legible: Readonly<Record<string, string>> = {
  red: '#a51111',
  orange: '#8f3407',
  yellow: '#6b4300',
  green: '#1b5e29',
  teal: '#06593f',
  blue: '#134f87',
  violet: '#4b2ea8',
  gray: '#343a40',
}

export const variables: CSSVariablesResolver = ({ colors }) => {
  const names = Object.keys(legible)
  const of = (suffix: string, value: (name: string) => string | undefined): Record<string, string> =>
    Object.fromEntries(names.map((name) => [`--mantine-color-${name}-${suffix}`, value(name) ?? '']))
  return {
    variables: {},
    light: {
      '--mantine-color-dimmed': colors.gray[7],
      '--mantine-color-anchor': colors.blue[9],
      '--mantine-color-error': '#a51111',
      '--mantine-color-placeholder': colors.gray[7],
      ...of('light', (name) => colors[name]?.[1]),
      ...of('light-hover', (name) => colors[name]?.[2]),
      ...of('light-color', (name) => legible[name]),
    },
    dark: {
      '--mantine-color-dimmed': colors.dark[1],
      '--mantine-color-anchor': colors.blue[3],
      '--mantine-color-placeholder': colors.dark[1],
      '--mantine-color-error': colors.red[3],
      ...of('light-color', (name) => colors[name]?.[2]),
    },
  }
}
