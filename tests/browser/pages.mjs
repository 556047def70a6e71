// Every page that a browser can open, each with a person of the demonstration
// who may, and the way there: an address; '+' adds to the address of the hop
// before; an expression picks the first link of that page that it matches. A Go
// test holds the list against the route table.
const review = /^\/reviews\/[0-9a-f-]{36}$/
const under = state => [`/reviews?state=${state}`, review]
const ours = (route, as, way) => ({ route, as, way })
const question = /\/questions\/[^/?]+/

export const pages = [
  ours('/', 'official', ['/']),
  ours('/sign-in', null, ['/sign-in']),
  ours('/memberships', 'official', ['/memberships']),
  ours('/account', 'official', ['/account']),
  ours('/invitations/:token', 'administrator', ['/outbox', /\/invitations\//]),
  ours('/accessibility', null, ['/accessibility']),
  ours('/privacy', null, ['/privacy']),
  ours('/cookies', null, ['/cookies']),
  ours('/rules', null, ['/rules']),
  ours('/help', null, ['/help']),

  ours('/organisations', 'official', ['/organisations']),
  ours('/organisations/:id', 'official', ['/organisations', /^\/organisations\/[0-9a-f-]{36}$/]),
  ours('/suppliers', 'official', ['/suppliers']),
  ours('/suppliers/new', 'official', ['/suppliers/new']),
  ours('/suppliers/:id', 'official', ['/suppliers', /^\/suppliers\/[0-9a-f-]{36}$/]),
  ours('/suppliers/:id/edit', 'official', ['/suppliers', /^\/suppliers\/[0-9a-f-]{36}$/, '+/edit']),
  ours('/systems', 'official', ['/systems']),
  ours('/systems/new', 'official', ['/systems/new']),
  ours('/systems/:id', 'official', ['/systems', /^\/systems\/[0-9a-f-]{36}$/]),
  ours('/systems/:id/edit', 'official', ['/systems', /^\/systems\/[0-9a-f-]{36}$/, '+/edit']),

  ours('/reviews', 'official', ['/reviews']),
  ours('/reviews/new', 'official', ['/reviews/new', /\/reviews\/new\?supplier=/]),
  ours('/reviews/:id', 'official', under('signed_off')),
  ours('/reviews/:id/edit', 'official', [...under('in_progress'), '+/edit']),
  ours('/reviews/:id/issue', 'official', [...under('planned'), '+/issue']),
  ours('/reviews/:id/close', 'official', [...under('in_progress'), '+/close']),
  ours('/reviews/:id/cancel', 'official', [...under('in_progress'), '+/cancel']),
  ours('/reviews/:id/correct', 'official', [...under('signed_off'), '+/correct']),
  ours('/reviews/:id/history', 'official', [...under('signed_off'), '+/history']),
  ours('/reviews/:id/respondents', 'official', [...under('in_progress'), '+/respondents']),
  ours('/reviews/:id/messages', 'official', [...under('in_progress'), '+/messages']),

  ours('/reviews/:id/sections/:section', 'lead', [...under('in_progress'), /\/sections\//]),
  ours('/reviews/:id/questions/:key', 'lead', [...under('in_progress'), /\/sections\//, question]),
  ours('/reviews/:id/check', 'lead', [...under('in_progress'), '+/check']),
  ours('/reviews/:id/submit', 'lead', [...under('in_progress'), '+/submit']),
  ours('/reviews/:id/receipt', 'official', [...under('signed_off'), '+/receipt']),
  ours('/reviews/:id/judge', 'reviewer', [...under('in_assessment'), '+/judge']),
  ours('/reviews/:id/judge/:key', 'reviewer', [...under('in_assessment'), '+/judge', /\/judge\/[^/?]+/]),
  ours('/reviews/:id/return', 'reviewer', [...under('in_assessment'), '+/return']),
  ours('/reviews/:id/rating', 'official', [...under('signed_off'), '+/rating']),
  ours('/reviews/:id/assess', 'reviewer', [...under('in_assessment'), '+/assess']),
  ours('/reviews/:id/findings', 'official', [...under('signed_off'), '+/findings']),
  ours('/reviews/:id/findings/new', 'reviewer', [...under('in_assessment'), '+/findings/new']),
  ours('/findings/:id/edit', 'reviewer', [...under('assessed'), '+/findings', /^\/findings\/[0-9a-f-]{36}\/edit$/]),
  ours('/reviews/:id/sign-off', 'approver', [...under('assessed'), '+/sign-off']),
  ours('/reviews/:id/send-back', 'approver', [...under('assessed'), '+/send-back']),
  ours('/actions', 'official', ['/actions']),
  ours('/reports', 'board', ['/reports']),
  ours('/reviews/:id/report', 'official', [...under('signed_off'), '+/report']),
  ours('/outbox', 'administrator', ['/outbox']),
]

// Addresses that give a file, no page.
export const files = ['/reviews/:id/evidence/:evidence', '/reviews/:id/receipt.json', '/reviews/:id/report.pdf']

// visit takes a signed-in reader's page the way there.
export async function visit(page, base, way, lang) {
  for (const hop of way) {
    let target = hop
    if (hop instanceof RegExp) {
      const links = await page.locator('main a').evaluateAll(all => all.map(a => a.getAttribute('href')))
      target = links.find(href => href && hop.test(href))
      if (!target) throw new Error(`${page.url()} has no link that matches ${hop}`)
    } else if (hop.startsWith('+')) target = new URL(page.url()).pathname + hop.slice(1)
    const address = new URL(target, page.url().startsWith('http') ? page.url() : base)
    address.searchParams.set('lang', lang)
    const answer = await page.goto(address.href)
    if (answer.status() !== 200) throw new Error(`${address.pathname}: ${answer.status()}`)
  }
}
