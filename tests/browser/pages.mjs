// Every page that a browser can open, each with a person of the demonstration
// who may, and the way there: an address; '+' adds to the address of the hop
// before; an expression picks the first link of that page that it matches. A Go
// test holds the list against the route table.
const review = /^\/reviews\/[0-9a-f-]{36}$/
const under = state => [`/reviews?state=${state}`, review]
const at = (route, as, way) => ({ route, as, way })
const question = /\/questions\/[^/?]+/

export const pages = [
  at('/', 'official', ['/']),
  at('/', 'national', ['/']),
  at('/dashboard', 'national', ['/dashboard']),
  at('/dashboard', 'official', ['/dashboard']),
  at('/dashboard', 'reviewer', ['/dashboard']),
  at('/dashboard', 'secretary', ['/dashboard']),
  at('/dashboard', 'lead', ['/dashboard']),
  at('/calendar', 'official', ['/calendar']),
  at('/work/:kind', 'national', ['/work/review_due']),
  at('/sign-in', null, ['/sign-in']),
  at('/memberships', 'official', ['/memberships']),
  at('/account', 'official', ['/account']),
  at('/account/security', 'official', ['/account/security']),
  at('/account/tokens', 'national', ['/account/tokens']),
  at('/account/apps/new', 'official', ['/account/apps/new']),
  at('/account/passkeys/new', 'official', ['/account/passkeys/new']),
  at('/account/email/:token', 'official', ['/account/email/x']),
  at('/evidence/readers', 'lead', ['/evidence/readers']),
  at('/audit', 'auditor', ['/audit']),
  at('/confirm', 'official', ['/confirm']),
  at('/password/forgotten', null, ['/password/forgotten']),
  at('/invitations/:token', 'administrator', ['/outbox', /\/invitations\//]),
  at('/accessibility', null, ['/accessibility']),
  at('/privacy', null, ['/privacy']),
  at('/cookies', null, ['/cookies']),
  at('/rules', null, ['/rules']),
  at('/help', null, ['/help']),

  at('/glossary', null, ['/glossary']),
  at('/verify', null, ['/verify']),
  at('/search', 'official', ['/search?q=rev']),
  at('/more', 'official', ['/more']),
  at('/questionnaires', 'official', ['/questionnaires']),
  at('/questionnaires/:id', 'official', ['/questionnaires', /^\/questionnaires\/[0-9a-f-]{36}$/]),
  at('/questionnaires/:id/versions/:number', 'official', ['/questionnaires', /^\/questionnaires\/[0-9a-f-]{36}$/, /\/versions\//]),
  at('/frameworks', 'official', ['/frameworks']),
  at('/frameworks/:id', 'official', ['/frameworks', /^\/frameworks\/[0-9a-f-]{36}$/]),
  at('/jobs', 'administrator', ['/jobs']),
  at('/groups', 'official', ['/groups']),
  at('/groups/new', 'official', ['/groups/new']),
  at('/groups/:id', 'official', ['/groups', /^\/groups\/[0-9a-f-]{36}$/]),
  at('/groups/:id/edit', 'official', ['/groups', /^\/groups\/[0-9a-f-]{36}$/, '+/edit']),
  at('/suppliers/:id/subcontractors', 'official', ['/suppliers', /^\/suppliers\/[0-9a-f-]{36}$/, '+/subcontractors']),
  at('/suppliers/:id/subcontractors/:subcontractor', 'official', ['/suppliers', /^\/suppliers\/[0-9a-f-]{36}$/, '+/subcontractors', /\/subcontractors\//]),
  at('/suppliers/:id/certificates/:certificate', 'official', ['/suppliers', /^\/suppliers\/[0-9a-f-]{36}$/, /\/certificates\//]),
  at('/suppliers/:id/history', 'official', ['/suppliers', /^\/suppliers\/[0-9a-f-]{36}$/, '+/history']),
  at('/systems/:id/history', 'official', ['/systems', /^\/systems\/[0-9a-f-]{36}$/, '+/history']),
  at('/organisations/:id/history', 'official', ['/organisations', /^\/organisations\/[0-9a-f-]{36}$/, '+/history']),
  at('/contracts/:id/history', 'official', ['/contracts', /\/history$/]),
  at('/concentration', 'national', ['/concentration']),
  at('/organisations', 'official', ['/organisations']),
  at('/organisations/:id', 'official', ['/organisations', /^\/organisations\/[0-9a-f-]{36}$/]),
  at('/suppliers', 'national', ['/suppliers']),
  at('/suppliers/new', 'official', ['/suppliers/new']),
  at('/suppliers/:id', 'official', ['/suppliers', /^\/suppliers\/[0-9a-f-]{36}$/]),
  at('/suppliers/:id/edit', 'official', ['/suppliers', /^\/suppliers\/[0-9a-f-]{36}$/, '+/edit']),
  at('/suppliers/:id/who-is-hit', 'official', ['/suppliers', /^\/suppliers\/[0-9a-f-]{36}$/, '+/who-is-hit']),
  at('/suppliers/:id/contracts/new', 'official', ['/suppliers', /^\/suppliers\/[0-9a-f-]{36}$/, '+/contracts/new']),
  at('/contracts/:id/edit', 'official', ['/suppliers', /^\/suppliers\/[0-9a-f-]{36}$/, /^\/contracts\/[0-9a-f-]{36}\/edit$/]),
  at('/systems', 'national', ['/systems']),
  at('/systems/new', 'official', ['/systems/new']),
  at('/systems/:id', 'official', ['/systems', /^\/systems\/[0-9a-f-]{36}$/]),
  at('/inventory-returns', 'national', ['/inventory-returns']),
  at('/systems/:id/uses/:use', 'official', ['/systems', /^\/systems\/[0-9a-f-]{36}$/, /^\/systems\/[0-9a-f-]{36}\/uses\/[0-9a-f-]{36}$/]),
  at('/imports', 'national', ['/imports']),
  at('/imports/:id', 'official', ['/imports', /^\/imports\/[0-9a-f-]{36}$/]),
  at('/risk', 'national', ['/risk']),
  at('/systems/:id/risk', 'official', ['/systems', /^\/systems\/[0-9a-f-]{36}$/, '+/risk']),
  at('/systems/:id/report', 'official', ['/systems', /^\/systems\/[0-9a-f-]{36}$/, '+/report']),
  at('/systems/:id/edit', 'official', ['/systems', /^\/systems\/[0-9a-f-]{36}$/, '+/edit']),

  at('/programmes', 'national', ['/programmes']),
  at('/programmes/new', 'official', ['/programmes/new']),
  at('/programmes/:id', 'national', ['/programmes', /^\/programmes\/[0-9a-f-]{36}$/]),
  at('/programmes/:id/edit', 'national', ['/programmes', /^\/programmes\/[0-9a-f-]{36}$/, '+/edit']),
  at('/programmes/:id/systems', 'national', ['/programmes', /^\/programmes\/[0-9a-f-]{36}$/, '+/systems']),
  at('/reviews', 'national', ['/reviews']),
  at('/reviews/bulk', 'national', ['/reviews/bulk']),
  at('/reviews/bulk/:id', 'official', ['/reviews/bulk', /^\/reviews\/bulk\/[0-9a-f-]{36}$/]),
  at('/reviews/new', 'official', ['/suppliers', /^\/suppliers\/[0-9a-f-]{36}$/, /\/reviews\/new\?supplier=/]),
  at('/reviews/:id', 'official', under('signed_off')),
  at('/reviews/:id/edit', 'official', [...under('in_progress'), '+/edit']),
  at('/reviews/:id/issue', 'official', [...under('planned'), '+/issue']),
  at('/reviews/:id/close', 'official', [...under('in_progress'), '+/close']),
  at('/reviews/:id/cancel', 'official', [...under('in_progress'), '+/cancel']),
  at('/reviews/:id/correct', 'official', [...under('signed_off'), '+/correct']),
  at('/reviews/:id/history', 'official', [...under('signed_off'), '+/history']),
  at('/reviews/:id/respondents', 'official', [...under('in_progress'), '+/respondents']),
  at('/reviews/:id/messages', 'official', [...under('in_progress'), '+/messages']),

  at('/reviews/:id/facts', 'lead', [...under('in_progress'), '+/facts']),
  at('/users', 'administrator', ['/users']),
  at('/users/invite', 'administrator', ['/users/invite']),
  at('/users/:id', 'administrator', ['/users?q=lowri', /^\/users\/[0-9a-f-]{36}$/]),
  at('/evidence', 'lead', ['/evidence']),
  at('/deputies', 'approver', ['/deputies']),
  at('/reviews/:id/earlier', 'lead', [...under('in_progress'), '+/earlier']),
  at('/reviews/:id/sections/:section', 'lead', [...under('in_progress'), /\/sections\//]),
  at('/reviews/:id/sections/:section/all', 'lead', [...under('in_progress'), /\/sections\//, '+/all']),
  at('/reviews/:id/questions/:key', 'lead', [...under('in_progress'), /\/sections\//, question]),
  at('/reviews/:id/check', 'lead', [...under('in_progress'), '+/check']),
  at('/reviews/:id/submit', 'lead', [...under('in_progress'), '+/submit']),
  at('/reviews/:id/receipt', 'official', [...under('signed_off'), '+/receipt']),
  at('/reviews/:id/judge', 'reviewer', [...under('in_assessment'), '+/judge']),
  at('/reviews/:id/judge/:key', 'reviewer', [...under('in_assessment'), '+/judge', /\/judge\/[^/?]+/]),
  at('/reviews/:id/return', 'reviewer', [...under('in_assessment'), '+/return']),
  at('/reviews/:id/rating', 'official', [...under('signed_off'), '+/rating']),
  at('/reviews/:id/assess', 'reviewer', [...under('in_assessment'), '+/assess']),
  at('/reviews/:id/findings', 'official', [...under('signed_off'), '+/findings']),
  at('/reviews/:id/findings/new', 'reviewer', [...under('in_assessment'), '+/findings/new']),
  at('/findings/:id/edit', 'reviewer', [...under('assessed'), '+/findings', /^\/findings\/[0-9a-f-]{36}\/edit$/]),
  at('/reviews/:id/sign-off', 'approver', [...under('assessed'), '+/sign-off']),
  at('/reviews/:id/send-back', 'approver', [...under('assessed'), '+/send-back']),
  at('/actions', 'national', ['/actions']),
  at('/actions/:id', 'official', ['/actions', /^\/actions\/[0-9a-f-]{36}$/]),
  at('/findings', 'national', ['/findings']),
  at('/contracts', 'national', ['/contracts']),
  at('/reports', 'board', ['/reports']),
  at('/translations', 'official', ['/translations']),
  at('/reports/new', 'national', ['/reports/new']),
  at('/reports/draft', 'secretary', ['/reports/draft']),
  at('/reports/actions', 'official', ['/reports/actions']),
  at('/reports/:id', 'board', ['/reports', /^\/reports\/[0-9a-f-]{36}$/]),
  at('/reviews/:id/report', 'official', [...under('signed_off'), '+/report']),
  at('/health', 'administrator', ['/health']),
  at('/outbox', 'administrator', ['/outbox']),
]

// Pages that one meets on the way in alone: identity.test.mjs and
// providers.test.mjs go there.
export const wayIn = ['/sign-in/code', '/sign-in/providers/:key/callback', '/password/:token']

// Addresses that give a file, or lead to a place in a page.
export const files = ['/audit/export', '/findings/:id', '/reviews/:id/evidence/:evidence', '/reviews/:id/receipt.json', '/reviews/:id/receipt.pdf', '/suppliers/:id/who-is-hit.pdf', '/reviews/:id/report.pdf', '/systems/:id/report.pdf',
  '/calendar/feeds/:token.ics', '/reports/:id/pack.pdf', '/reports/:id/pack.xlsx', '/translations.xlsx', '/imports/template.csv', '/imports/template.xlsx', '/reports/draft.pdf', '/reports/draft.xlsx', '/reports/actions.pdf', '/reports/actions.xlsx', '/suppliers.csv', '/suppliers.xlsx', '/systems.csv', '/systems.xlsx', '/contracts.csv', '/contracts.xlsx', '/reviews.csv', '/reviews.xlsx', '/findings.csv', '/findings.xlsx', '/actions.csv', '/actions.xlsx', '/risk.csv', '/risk.xlsx']

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
    address.host = new URL(base).host // a mail of the demonstration was written before this house was let
    address.searchParams.set('lang', lang)
    const answer = await page.goto(address.href)
    if (answer.status() !== 200) throw new Error(`${address.pathname}: ${answer.status()}`)
  }
}
