// What people do in more than one test.
import assert from 'node:assert/strict'
import { password } from './house.mjs'

export const future = { day: '31', month: '1', year: '2099' }

export async function fillDay (page, name, day) {
  for (const [part, value] of Object.entries(day)) await page.fill(`[name="${name}[${part}]"]`, value)
}

// signIn is Reader's without its looks, which another test took.
export async function signIn (r, email) {
  await r.page.context().clearCookies()
  await r.page.goto(`${r.house.base}/sign-in?lang=${r.lang}`)
  await r.page.fill('#email', email)
  await r.page.fill('#password', password)
  await r.press('form[action="/sign-in"] button[type=submit]')
  if (r.page.url().includes('/sign-in/code')) await r.prove(email, { looks: false })
  await r.page.goto(`${r.house.base}/?lang=${r.lang}`)
}

// invitation gives the link that was sent to an address: an administrator of
// the demonstration finds it in the outbox.
export async function invitation (r, email) {
  for (let tries = 0; tries < 40; tries++) {
    await r.page.goto(`${r.house.base}/outbox`)
    const link = r.page.locator('tr', { hasText: email }).locator('a').first()
    if (await link.count()) return link.getAttribute('href')
    await new Promise(resolve => setTimeout(resolve, 250))
  }
  assert.fail(`no invitation to ${email} is in the outbox`)
}

// answerAll goes from question to question as a supplier does.
export async function answerAll(r, review) {
  const { page } = r
  for (let round = 0; round < 6; round++) {
    await page.goto(`${r.house.base}${review}/check`)
    const missing = await page.locator('.nhsuk-summary-list__row', { has: page.locator('.nhsuk-tag--red') }).locator('.nhsuk-summary-list__actions a')
      .evaluateAll(links => links.map(a => a.getAttribute('href')))
    if (missing.length === 0) return
    for (const [i, href] of missing.entries()) {
      await page.goto(r.house.base + href)
      if (round === 0 && i < 3) await r.look('/questions/:key')
      if (round === 0 && i === 0) await r.picture('question')
      const radio = page.locator('main input[type=radio][name=value]')
      const box = page.locator('main input[type=checkbox][name=value]')
      if (await radio.count()) await radio.first().check()
      else if (await box.count()) await box.first().check()
      else if (await page.locator('[name="value[day]"]').count()) {
        await page.fill('[name="value[day]"]', '3')
        await page.fill('[name="value[month]"]', '3')
        await page.fill('[name="value[year]"]', '2026')
      } else if (await page.locator('main input[name=value]').count()) await page.fill('main input[name=value]', '24')
      else if (await page.locator('main textarea[name=value]').count()) await page.fill('main textarea[name=value]', 'Fel y dywed ein polisi.')
      const upload = page.locator('main input[type=file]')
      if (await upload.count()) {
        await upload.setInputFiles({ name: 'tystiolaeth.txt', mimeType: 'text/plain', buffer: Buffer.from('What shows it.') })
        await r.press('main button[formaction]')
      } else await r.press('main button[name=then][value=tasks]')
    }
  }
  assert.fail('questions stay open')
}

// judgeAll judges every question met, but one that is not essential.
export async function judgeAll(r, review) {
  const { page } = r
  let notMet = false
  for (let turns = 0; turns < 120; turns++) {
    await page.goto(`${r.house.base}${review}/judge?show=unjudged`)
    const next = page.locator('main tbody a')
    if (await next.count() === 0) return
    await next.first().click()
    await page.waitForLoadState('load')
    const essential = await page.locator('h1 + p .nhsuk-tag').count()
    const outcome = notMet || essential ? 'met' : 'not_met'
    if (outcome === 'not_met') notMet = true
    await page.check(`[name=outcome][value=${outcome}]`)
    await page.check('[name=basis][value=tested]')
    await page.fill('[name=note]', 'Seen.')
    await r.press('main form button[type=submit]')
  }
  assert.fail('questions stay unjudged')
}
