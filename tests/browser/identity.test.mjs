// The ways in, as people go them: an invitation with two-step verification, the
// account's security, a forgotten password, and two administrators who reset
// what a third has lost. In English with scripts, in Welsh without.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { open, password, totp, Reader } from './house.mjs'
import { invitation } from './acts.mjs'

let house
before(async () => { house = await open() }, { timeout: 240_000 })
after(async () => { await house?.close() })

const long = 'gwylan ar ben to'

for (const [lang, scripts] of [['en', true], ['cy', false]]) {
  test(`the ways in, in ${lang}`, { timeout: 240_000 }, async () => {
    const r = await Reader.come(house, { lang, scripts })
    const { page } = r
    const email = `newydd@ffordd-${lang}.example`
    const admin = await Reader.come(house, { lang })
    await admin.signIn('administrator@demo.example')
    await invite(admin, email, 'administrator')

    // The invitation leads through two-step verification into a session.
    await page.goto(`${await invitation(admin, email)}?lang=${lang}`)
    await page.fill('#password', password)
    await r.press('main form button[type=submit]')
    await r.lookBoth('set up')
    await r.picture('factor')
    const key = (await page.locator('main p.app-code').textContent()).replaceAll(' ', '')
    await page.fill('#code', '000000')
    await r.press('main form[action="/sign-in/code"] button')
    assert.equal(await page.locator('.nhsuk-error-summary').count(), 1)
    assert.equal((await page.locator('main p.app-code').textContent()).replaceAll(' ', ''), key, 'the key stays the same')
    await r.look('set up refused')
    await page.fill('#code', totp(key))
    await r.press('main form[action="/sign-in/code"] button')
    await r.lookBoth('recovery codes')
    await r.picture('recovery-codes')
    const codes = await page.locator('main ul.app-code li').allTextContents()
    assert.equal(codes.length, 10)
    await r.press('main .nhsuk-button')

    // What lets the reader in, and where they are.
    await r.go(`/account/security?lang=${lang}`)
    await r.lookBoth('security')
    await r.picture('security')
    await page.fill('#current', 'not this one at all')
    await page.fill('#password', long)
    await r.press('main form[action="/account/password"] button[type=submit]')
    assert.equal(await page.locator('.nhsuk-error-summary').count(), 1)
    await r.look('security refused')

    // A forgotten password: the link, and then the second factor.
    await page.context().clearCookies()
    await page.goto(`${house.base}/password/forgotten?lang=${lang}`)
    await page.fill('#email', email)
    await r.press('main form button')
    await r.lookBoth('link sent')
    const link = await mailed(admin, email, '/password/')
    await page.goto(`${link}?lang=${lang}`)
    await r.lookBoth('/password/:token')
    await page.fill('#password', 'short')
    await r.press('main form button[type=submit]')
    await r.look('/password/:token refused')
    await page.fill('#password', long)
    await r.press('main form button[type=submit]')
    await r.lookBoth('/sign-in/code')
    await page.fill('#code', codes.shift())
    await r.press('main form[action="/sign-in/code"] button')
    assert.equal((await page.goto(`${house.base}/account`)).status(), 200)
    assert.equal((await page.goto(link)).status(), 409, 'the link works once')
    await r.look('a link that has ended')

    // Another administrator asks for a reset; the demonstration's agrees.
    const lost = `coll@ffordd-${lang}.example`
    await invite(admin, lost, 'official')
    const third = await Reader.come(house, { lang, scripts })
    await third.page.goto(await invitation(admin, lost))
    await third.page.fill('#password', password)
    await third.press('main form button[type=submit]')
    await third.prove(lost)
    await page.goto(`${house.base}/users?q=${lost}`)
    await page.locator('main table a').first().click()
    await page.waitForLoadState('load')
    if (scripts) await page.locator('#factors ~ details summary').first().click()
    else await page.locator('#factors ~ details summary').first().click()
    await page.fill('#reason', 'Spoke to them on the number that we have')
    await r.press('main form[action$="/factor-resets"] button')
    await r.lookBoth('a reset that waits')
    await admin.go(new URL(page.url()).pathname)
    await admin.press('main form[action$="/agree"] button')
    await admin.look('a reset agreed')
    assert.notEqual((await third.page.goto(`${house.base}/account`)).url(), `${house.base}/account`)
    await third.page.goto(`${house.base}/sign-in?lang=${lang}`)
    await third.page.fill('#email', lost)
    await third.page.fill('#password', password)
    await third.press('form[action="/sign-in"] button[type=submit]')
    assert.equal(await third.page.locator('.app-qr').count(), 1, 'an app is set up anew')

    for (const one of [r, admin, third]) {
      assert.deepEqual(one.problems, [])
      await one.context.close()
    }
    assert.deepEqual(house.errors(), [])
  })
}

// invite asks a person, by mail, to join in a role at the national level.
async function invite (admin, email, role) {
  const { page } = admin
  await admin.go('/users/invite')
  await page.fill('#name', 'Person Newydd')
  await page.fill('#email', email)
  await page.check(`#role-${role}`)
  const language = page.locator(`input[name=language][value=${admin.lang}]`)
  if (await language.count()) await language.check()
  await admin.press('main form[action="/users/invite"] button[type=submit]')
}

// mailed gives the newest link of a kind that was sent to an address.
async function mailed (admin, email, path) {
  for (let tries = 0; tries < 60; tries++) {
    await admin.page.goto(`${house.base}/outbox`)
    const link = admin.page.locator('tr', { hasText: email }).locator(`a[href*="${path}"]`).first()
    if (await link.count()) return link.getAttribute('href')
    await new Promise(resolve => setTimeout(resolve, 250))
  }
  assert.fail(`no link to ${path} was sent to ${email}`)
}
