/** Keys that do something without a modifier, where nobody is writing. They can be switched off (WCAG 2.2, 2.1.4). */
import { useLocalStorage } from '@mantine/hooks'
import { useEffect, useLayoutEffect, useRef } from 'react'

export type Keys = readonly (readonly [key: string, act: () => void])[]

/** Whether they are on, kept in this browser. */
export function useKeysOn(): readonly [boolean, (on: boolean) => void] {
  const [on, set] = useLocalStorage({
    key: 'lockstep-approval-keys',
    defaultValue: true,
    getInitialValueInEffect: false,
  })
  return [on, set]
}

/** @param keys - Each as `KeyboardEvent.key`: capitals are with shift. */
export function useKeys(keys: Keys): void {
  const [on] = useKeysOn()
  const latest = useRef(keys)
  // Before it is painted: whoever sees what a key does now has it do that.
  useLayoutEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    if (!on) return undefined
    const press = (event: KeyboardEvent): void => {
      const { key, ctrlKey, metaKey, altKey, target } = event
      const writes =
        target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
      const [, act] = latest.current.find(([each]) => each === key) ?? []
      if (act === undefined || ctrlKey || metaKey || altKey || writes) return
      event.preventDefault()
      act()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [on])
}
