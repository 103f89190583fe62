import { IconBook2 } from '@tabler/icons-react'
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { inside, type ListedPage } from '../../frame.ts'

const routes = [
  createRoute({
    getParentRoute: () => inside,
    path: '/ledger',
    component: lazyRouteComponent(() => import('./ledger.tsx'), 'Ledger'),
  }),
] as const

export const ledger = {
  place: { label: 'Ledger', icon: IconBook2 },
  routes,
  renewedBy: {
    'GET /api/entries': ['decision', 'outcome', 'switch', 'settle'],
    'GET /api/counts': ['decision', 'outcome'],
    'GET /api/tallies/{of}': ['decision'],
  },
} satisfies ListedPage
