import { IconPlugConnected } from '@tabler/icons-react'
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { inside, type ListedPage } from '../../frame.ts'

const routes = [
  createRoute({
    getParentRoute: () => inside,
    path: '/switches',
    component: lazyRouteComponent(() => import('./switches.tsx'), 'Switches'),
  }),
] as const

export const switches = {
  place: { label: 'Switches', icon: IconPlugConnected, waiting: (posture) => posture.doubts.n },
  routes,
  renewedBy: {
    'GET /api/switches': ['switch'],
    'GET /api/doubts': ['outcome', 'settle'],
    'GET /api/notices': ['switch', 'hold'],
  },
} satisfies ListedPage
