/** The places of the console, in the order of its navigation. */
import { IconPlugConnected, IconShieldCheck } from '@tabler/icons-react'

export const places = [
  { to: '/', label: 'Posture', icon: IconShieldCheck },
  { to: '/switches', label: 'Switches', icon: IconPlugConnected },
] as const
