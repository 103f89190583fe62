import { IconListDetails } from '@tabler/icons-react'
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { inside, type ListedPage } from '../../frame.ts'

const routes = [
  createRoute({
    getParentRoute: () => inside,
    path: '/sessions',
    component: lazyRouteComponent(() => import('./sessions.tsx'), 'Sessions'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/sessions/$id',
    component: lazyRouteComponent(() => import('./session.tsx'), 'SessionPage'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/calls/$call',
    component: lazyRouteComponent(() => import('./call.tsx'), 'CallPage'),
  }),
] as const

export const record = {
  place: { label: 'Sessions', icon: IconListDetails },
  routes,
  renewedBy: { 'GET /api/sessions': ['decision'] },
} satisfies ListedPage
