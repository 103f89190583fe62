import { IconChecklist } from '@tabler/icons-react'
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { inside, type ListedPage } from '../../frame.ts'
import { readInboxSearch } from './search.ts'

const inbox = createRoute({
  getParentRoute: () => inside,
  path: '/approvals',
  validateSearch: readInboxSearch,
  component: lazyRouteComponent(() => import('./approvals.tsx'), 'Approvals'),
})

const one = createRoute({ getParentRoute: () => inbox, path: '$reference' })
const routes = [inbox.addChildren([one])] as const

export const approvals = {
  place: { label: 'Approvals', icon: IconChecklist, waiting: (posture) => posture.approvals.n },
  routes,
  renewedBy: {
    'GET /api/approvals': ['hold', 'approval', 'charter'],
    'GET /api/approvals/{reference}': ['hold', 'approval', 'charter'],
    'GET /api/standing': ['approval'],
  },
} satisfies ListedPage
