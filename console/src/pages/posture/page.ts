import { IconShieldCheck } from '@tabler/icons-react'
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { inside, type ListedPage } from '../../frame.ts'

const routes = [
  createRoute({
    getParentRoute: () => inside,
    path: '/',
    component: lazyRouteComponent(() => import('./posture.tsx'), 'Posture'),
  }),
] as const

export const posture = {
  place: { label: 'Posture', icon: IconShieldCheck },
  routes,
  renewedBy: { 'GET /api/posture': ['decision', 'outcome', 'switch', 'hold', 'approval', 'settle', 'charter'] },
} satisfies ListedPage
