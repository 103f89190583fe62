/** The places of the console, in the order of its navigation. */
import {
  IconBook2,
  IconBox,
  IconBug,
  IconChecklist,
  IconFileText,
  IconListDetails,
  IconPlugConnected,
  IconRoute,
  IconShieldCheck,
} from '@tabler/icons-react'

export const places = [
  { to: '/', label: 'Posture', icon: IconShieldCheck },
  { to: '/lifecycles', label: 'Lifecycles', icon: IconRoute },
  { to: '/findings', label: 'Findings', icon: IconBug },
  { to: '/approvals', label: 'Approvals', icon: IconChecklist },
  { to: '/inventory', label: 'Inventory', icon: IconBox },
  { to: '/switches', label: 'Switches', icon: IconPlugConnected },
  { to: '/sessions', label: 'Sessions', icon: IconListDetails },
  { to: '/ledger', label: 'Ledger', icon: IconBook2 },
  { to: '/charter', label: 'Charter', icon: IconFileText },
] as const
