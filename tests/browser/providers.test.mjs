// Signing in without a code of ours: by a provider of identities, which is
// npm's oidc-provider as it is certified, and by a passkey of Chromium's own
// virtual authenticator. Providers in English with scripts, in Welsh without;
// passkeys need scripts. What a provider must not do, app/providers_test.go
// shows with one of ours that lies.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { mkdtempSync, writeFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Provider from 'oidc-provider'
import { open, freePort, password, Reader } from './house.mjs'
import { invitation } from './acts.mjs'

let house, issuer, server, folder
const groups = new Map() // of accounts at the provider

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'providers-'))
  const port = await freePort()
  issuer = `http://localhost:${port}`
  const settings = join(folder, 'providers.yaml')
  writeFileSync(settings, `
- key: work
  name: {en: NHS Wales account, cy: Cyfrif GIG Cymru}
  issuer: ${issuer}
  client_id: sicrwydd
  client_secret: a secret of this test alone
  scopes: [openid, email, profile, groups]
  userinfo: true
  second_factor: {acr: [mfa]}
  roles:
    - {claim: groups, values: [officials], role: official}
`)
  house = await open({ name: 'localhost', settings: { SICRWYDD_PROVIDERS: settings } })
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'sicrwydd', client_secret: 'a secret of this test alone', redirect_uris: [`${house.base}/sign-in/providers/work/callback`] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    acrValues: ['mfa', 'pwd'],
    cookies: { keys: ['of this test alone'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@gwaith.example`, email_verified: true, name: `Person ${id}`, groups: groups.get(id) ?? [] }) }),
    async loadExistingGrant (ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId: 'sicrwydd', accountId: ctx.oidc.session.accountId })
      grant.addOIDCScope('openid email profile groups')
      await grant.save()
      return grant
    }
  })
  const answer = provider.callback()
  server = createServer(async (req, res) => {
    if (!req.url.startsWith('/interaction/')) return answer(req, res)
    if (req.method === 'GET') {
      res.setHeader('Content-Type', 'text/html')
      return res.end(`<form method="post"><input name="account"><button name="acr" value="mfa">2</button><button name="acr" value="pwd">1</button></form>
        <form method="post"><button name="acr" value="">0</button></form>`)
    }
    let body = ''
    for await (const chunk of req) body += chunk
    const typed = new URLSearchParams(body)
    await provider.interactionFinished(req, res, typed.get('acr')
      ? { login: { accountId: typed.get('account'), acr: typed.get('acr'), amr: [typed.get('acr')] } }
      : { error: 'access_denied' })
  }).listen(port, '127.0.0.1')
}, { timeout: 240_000 })

after(async () => {
  await house?.close()
  server?.closeAllConnections()
  server?.close()
  rmSync(folder, { recursive: true, force: true })
})

// through goes from the page in between through the provider and back.
async function through (page, account, acr) {
  await page.waitForURL(`${issuer}/interaction/**`)
  if (account) await page.fill('[name=account]', account)
  await page.click(`button[value="${acr}"]`)
  await page.waitForURL(`${house.base}/**`)
  await page.waitForLoadState('load')
}

async function inside (r) {
  assert.equal((await r.page.goto(`${house.base}/account`)).url(), `${house.base}/account`)
}

async function invited (admin, email) {
  await admin.go('/users/invite')
  await admin.page.fill('#name', 'Person Newydd')
  await admin.page.fill('#email', email)
  await admin.page.check('#role-official')
  await admin.press('main form[action="/users/invite"] button[type=submit]')
  return invitation(admin, email)
}

for (const [lang, scripts] of [['en', true], ['cy', false]]) {
  test(`signing in by a provider, in ${lang}`, { timeout: 480_000 }, async () => {
    const r = await Reader.come(house, { lang, scripts })
    const { page } = r
    const button = 'main form[action="/sign-in/providers/work"] button'
    const begin = async (next = '') => {
      await page.goto(`${house.base}/sign-in?lang=${lang}${next}`)
      await page.click(button)
    }

    // Where the browser does not go on by itself, a button does.
    await page.goto(`${house.base}/sign-in?lang=${lang}`)
    await r.lookBoth('sign in with providers')
    await r.picture('provider-sign-in')
    await page.route(`${issuer}/**`, route => route.fulfill({ status: 204 }))
    await page.click(button)
    await page.waitForURL('**/sign-in/providers/work')
    await r.lookBoth('away')
    await r.picture('provider-away')
    assert.match(await page.locator('main a.nhsuk-button').getAttribute('href'), /code_challenge_method=S256/)
    await page.unroute(`${issuer}/**`)

    // One to whom the claims give no role, and one who turns back.
    await begin()
    await through(page, `neb-${lang}`, 'mfa')
    assert.equal(await page.locator('.nhsuk-error-summary').count(), 1)
    await r.lookBoth('no role by claims')
    await r.picture('provider-refused')
    await page.context().clearCookies({ domain: 'localhost', name: '_session' })
    await begin()
    await through(page, '', '')
    assert.equal(await page.locator('.nhsuk-error-summary').count(), 1)
    await r.look('turned down at the provider')

    // With a second factor there, the session begins.
    groups.set(`swyddog-${lang}`, ['officials'])
    await page.context().clearCookies()
    await begin('&next=/suppliers')
    await through(page, `swyddog-${lang}`, 'mfa')
    assert.equal(new URL(page.url()).pathname, '/suppliers')
    await r.go(`/account/security?lang=${lang}`)
    assert.equal(await page.locator('[id^=link-]').count(), 1)
    await r.lookBoth('security with a provider')
    await r.picture('provider-security')

    // It is shown again at the provider.
    await page.goto(`${house.base}/confirm?next=/suppliers`)
    await r.lookBoth('confirm by a provider')
    await r.picture('provider-confirm')
    await page.click('main form[action="/confirm/providers/work"] button')
    await through(page, `swyddog-${lang}`, 'mfa')
    assert.equal(new URL(page.url()).pathname, '/suppliers')

    // Without one, ours is asked for.
    groups.set(`hanner-${lang}`, ['officials'])
    await page.context().clearCookies()
    await begin()
    await through(page, `hanner-${lang}`, 'pwd')
    assert.equal(new URL(page.url()).pathname, '/sign-in/code')
    await r.prove(`hanner-${lang}`)
    await inside(r)

    // An account that is there is linked by its owner, not by its address.
    await r.signIn('reviewer@demo.example')
    await r.go('/account/security')
    await page.click('main form[action="/account/providers/work"] button')
    await through(page, `adolygydd-${lang}`, 'mfa')
    assert.equal(await page.locator('[id^=link-]').count(), 1)
    await r.look('linked')
    await r.press('main form[action^="/account/provider-links/"] button')
    assert.equal(await page.locator('[id^=link-]').count(), 0)
    assert.equal(await page.locator('main form[action="/account/providers/work"]').count(), 1)

    assert.deepEqual(r.problems, [])
    await r.context.close()
    assert.deepEqual(house.errors(), [])
  })
}

test('passkeys', { timeout: 240_000 }, async () => {
  const admin = await Reader.come(house)
  await admin.signIn('administrator@demo.example')
  const r = await Reader.come(house)
  const { page } = r
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const phone = () => devtools.send('WebAuthn.addVirtualAuthenticator', { options: {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } })
  const { authenticatorId } = await phone()
  const email = 'allwedd@ffordd.example'
  const use = 'form[data-passkey] button'

  // The first factor, as part of accepting the invitation.
  const link = new URL(await invited(admin, email))
  await page.goto(house.base + link.pathname)
  await page.fill('#password', password)
  await r.press('main form button[type=submit]')
  await page.waitForSelector(use)
  await r.lookBoth('set up with a passkey')
  await r.picture('passkey-set-up')
  await page.click(use)
  await page.waitForSelector('main ul.app-code li')
  assert.equal(await page.locator('main ul.app-code li').count(), 10)
  await r.press('main .nhsuk-button')
  await inside(r)

  // At sign-in; first with a finger that is not recognised.
  await page.context().clearCookies()
  await page.goto(`${house.base}/sign-in`)
  await page.fill('#email', email)
  await page.fill('#password', password)
  await r.press('form[action="/sign-in"] button[type=submit]')
  await page.waitForSelector(use)
  assert.equal(await page.textContent('h1'), 'Use your passkey')
  await r.lookBoth('use a passkey')
  await r.picture('passkey-use')
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.click(use)
  await page.waitForSelector('[data-failed]:not([hidden])')
  await r.look('no passkey used')
  assert.match(page.url(), /\/sign-in\/code/)
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
  await page.click(use)
  await page.waitForURL(`${house.base}/`)
  await inside(r)

  // To confirm, and one more from another device.
  await page.goto(`${house.base}/confirm?next=/account/security`)
  assert.match(await page.textContent('main'), /You prove it with your passkey/)
  assert.equal(await page.textContent('label[for=code]').then(text => text.trim()), 'Recovery code')
  await r.lookBoth('confirm with a passkey')
  await r.picture('passkey-confirm')
  await page.click(use)
  await page.waitForURL(`${house.base}/account/security`)
  await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
  await phone()
  await r.go('/account/passkeys/new')
  await r.lookBoth('a further passkey')
  await r.picture('passkey-add')
  await page.fill('#name', 'laptop')
  await page.click(use)
  await page.waitForURL(`${house.base}/account/security`)
  assert.equal(await page.locator('[id^=factor-]').count(), 2)
  await r.lookBoth('two passkeys')

  // Without scripts, the codes are there all the same.
  const w = await Reader.come(house, { lang: 'cy', scripts: false })
  await w.page.goto(`${house.base}/sign-in?lang=cy`)
  await w.page.fill('#email', email)
  await w.page.fill('#password', password)
  await w.press('form[action="/sign-in"] button[type=submit]')
  assert.equal(await w.page.locator(use).isVisible(), false)
  assert.equal(await w.page.locator('#code').isVisible(), true)
  await w.lookBoth('a code instead of a passkey')

  for (const one of [r, admin, w]) {
    assert.deepEqual(one.problems, [])
    await one.context.close()
  }
  assert.deepEqual(house.errors(), [])
})
